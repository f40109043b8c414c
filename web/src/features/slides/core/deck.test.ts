import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { deleteSlide, insertSlide, moveSlide, readDeck, renameSlide, setPace, turnTo } from "./deck.ts";

function deck(...ids: string[]): Y.Doc {
  const doc = new Y.Doc();
  for (const id of ids) insertSlide(doc, { id, title: id.toUpperCase(), after: null });
  return doc;
}

const order = (doc: Y.Doc) => readDeck(doc).slides.map(({ id }) => id);

describe("a deck", () => {
  it("is read whatever stands in it", () => {
    const doc = deck("a");
    doc.getArray("slides").push([
      new Y.Map<unknown>([
        ["id", "b"],
        ["title", new Y.Text("rich")],
        ["page", 2],
        ["file_id", "f"],
      ]),
      { id: "c", title: 5, page: 1.5, board_id: 3 },
      new Y.Map([["id", "a"]]),
      "text",
      null,
      [1],
      { title: "no id" },
    ]);
    doc.getMap("position").set("pace", 7);
    doc.getMap("position").set("slide_id", { not: "a slide" });
    const state = readDeck(doc);
    expect(order(doc)).toEqual(["a", "b", "c"]);
    expect(state.slides[1]).toMatchObject({ title: "rich", page: 2, fileId: "f" });
    expect(state.slides[2]).toMatchObject({ title: "", page: null, boardId: null });
    expect(state).toMatchObject({ pace: "teacher", odd: true });
    expect(state.at?.id).toBe("a");
    expect(readDeck(deck("a", "b")).odd).toBe(false);
    expect(readDeck(new Y.Doc())).toEqual({
      slides: [],
      at: null,
      pace: "teacher",
      annotations: "read",
      odd: false,
    });
  });

  it("is where its position says, and at its first slide otherwise", () => {
    const doc = deck("a", "b");
    turnTo(doc, "b");
    setPace(doc, "student");
    expect(readDeck(doc)).toMatchObject({ at: { id: "b" }, pace: "student" });
    turnTo(doc, "gone");
    expect(readDeck(doc).at?.id).toBe("a");
  });

  it("writes nothing that is so already", () => {
    const doc = deck("a");
    turnTo(doc, "a");
    const before = Y.encodeStateVector(doc);
    turnTo(doc, "a");
    renameSlide(doc, "a", "A");
    renameSlide(doc, "nowhere", "B");
    moveSlide(doc, "a", 0);
    moveSlide(doc, "a", 1);
    expect(Y.encodeStateVector(doc)).toEqual(before);
  });

  it("keeps everything about a slide that is moved", () => {
    const doc = deck("a", "b", "c", "d");
    doc.getArray<Y.Map<unknown>>("slides").get(0).set("board_id", "board");
    doc.getArray<Y.Map<unknown>>("slides").get(0).set("mine", 1);
    moveSlide(doc, "a", 3);
    expect(order(doc)).toEqual(["b", "c", "a", "d"]);
    moveSlide(doc, "a", 4);
    expect(order(doc)).toEqual(["b", "c", "d", "a"]);
    moveSlide(doc, "a", 0);
    expect(order(doc)).toEqual(["a", "b", "c", "d"]);
    expect(readDeck(doc).slides[0]?.boardId).toBe("board");
    expect(doc.getArray<Y.Map<unknown>>("slides").get(0).get("mine")).toBe(1);
  });

  it("moved by two people at once shows each slide once", () => {
    const one = deck("a", "b", "c");
    const two = new Y.Doc();
    Y.applyUpdate(two, Y.encodeStateAsUpdate(one));
    moveSlide(one, "a", 3);
    moveSlide(two, "a", 2);
    Y.applyUpdate(one, Y.encodeStateAsUpdate(two));
    Y.applyUpdate(two, Y.encodeStateAsUpdate(one));
    expect(order(one)).toEqual(order(two));
    expect([...order(one)].sort()).toEqual(["a", "b", "c"]);
  });

  it("takes a slide out, moves the class on, and puts it back where it was", () => {
    const doc = deck("a", "b", "c");
    turnTo(doc, "b");
    const undo = deleteSlide(doc, "b");
    expect(order(doc)).toEqual(["a", "c"]);
    expect(readDeck(doc).at?.id).toBe("c");
    insertSlide(doc, { id: "x", title: "", after: "a" });
    undo();
    undo();
    expect(order(doc)).toEqual(["a", "b", "x", "c"]);
    deleteSlide(doc, "nowhere")();
    const first = deleteSlide(doc, "a");
    first();
    expect(order(doc)[0]).toBe("a");
  });

  it("takes questions between its slides", () => {
    const doc = deck("a", "b");
    insertSlide(doc, { id: "q", title: "Why?", pollId: "poll", after: "a" });
    expect(readDeck(doc).slides[1]).toMatchObject({ id: "q", pollId: "poll", fileId: null });
  });
});
