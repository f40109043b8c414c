import * as Y from "yjs";
import { describe, expect, it } from "vitest";
import { isDamaged, isOverdue, readCell, readColumns, readPeople } from "./board.ts";

function board(): Y.Doc {
  const doc = new Y.Doc();
  const column = new Y.Map<unknown>(
    Object.entries({ id: "talk", title: "Talk", type: "presentation", due_at: "2026-05-01T10:00:00Z" }),
  );
  doc.getArray("columns").push([column]);
  doc.getMap("people").set("zoe", { name: "Zoë" });
  doc
    .getMap("rows")
    .set("zoe", new Y.Map([["talk", { state: "graded", score: 8.5, at: "2026-05-01T11:00:00Z" }]]));
  doc.getMap("marks").set("zoe", new Y.Map([["talk", "Well done."]]));
  return doc;
}

describe("a board", () => {
  it("is read as the server writes it", () => {
    const doc = board();
    expect(readColumns(doc)).toEqual([
      { id: "talk", title: "Talk", type: "presentation", dueAt: "2026-05-01T10:00:00Z", hidden: false },
    ]);
    expect(readPeople(doc)).toEqual([{ id: "zoe", name: "Zoë" }]);
    expect(readCell(doc, "zoe", "talk")).toEqual({
      state: "graded",
      score: 8.5,
      at: "2026-05-01T11:00:00Z",
      remark: "Well done.",
    });
    expect(readCell(doc, "mei", "talk").state).toBe("none");
    expect(isDamaged(doc)).toBe(false);
  });

  it.each([
    ["a column that is none", (doc: Y.Doc) => doc.getArray("columns").push(["nonsense"])],
    ["a column twice", (doc: Y.Doc) => doc.getArray("columns").push([{ id: "talk" }])],
    ["a row that is none", (doc: Y.Doc) => doc.getMap("rows").set("zoe", 7)],
    ["a row of a stranger", (doc: Y.Doc) => doc.getMap("rows").set("stranger", new Y.Map())],
    [
      "an unknown state",
      (doc: Y.Doc) => doc.getMap("rows").set("zoe", new Y.Map([["talk", { state: "dancing" }]])),
    ],
    ["a cell that is none", (doc: Y.Doc) => doc.getMap("rows").set("zoe", new Y.Map([["talk", [1]]]))],
    ["a name that is none", (doc: Y.Doc) => doc.getMap("people").set("zoe", null)],
    ["remarks that are none", (doc: Y.Doc) => doc.getMap("marks").set("zoe", true)],
    ["a remark that is none", (doc: Y.Doc) => doc.getMap("marks").set("zoe", new Y.Map([["talk", 7]]))],
  ])("with %s is shown as far as it makes sense, and known to be damaged", (_what, spoil) => {
    const doc = board();
    spoil(doc);
    expect(readColumns(doc).map(({ id }) => id)).toEqual(["talk"]);
    expect(readPeople(doc)).toHaveLength(1);
    expect(["graded", "none"]).toContain(readCell(doc, "zoe", "talk").state);
    expect(isDamaged(doc)).toBe(true);
  });

  it("has something overdue only while it is not handed in", () => {
    const [column] = readColumns(board());
    if (!column) throw new Error("there is a column");
    const after = Date.parse("2026-05-02T00:00:00Z");
    expect(isOverdue(column, "working", after)).toBe(true);
    expect(isOverdue(column, "stuck", after)).toBe(true);
    expect(isOverdue(column, "handed_in", after)).toBe(false);
    expect(isOverdue(column, "working", Date.parse("2026-04-30T00:00:00Z"))).toBe(false);
    expect(isOverdue({ ...column, dueAt: null }, "working", after)).toBe(false);
  });
});
