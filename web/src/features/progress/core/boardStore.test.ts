import * as Y from "yjs";
import { describe, expect, it, vi } from "vitest";
import { BoardStore, type Move } from "./boardStore.ts";
import { fits, kept, ordered } from "./order.ts";

const PEOPLE = ["ann", "ben", "cem"];
const COLUMNS = ["one", "two"];

function board() {
  const doc = new Y.Doc();
  for (const id of COLUMNS)
    doc
      .getArray("columns")
      .push([new Y.Map<unknown>(Object.entries({ id, title: id, type: "task", due_at: null }))]);
  for (const id of PEOPLE) {
    doc.getMap("people").set(id, { name: id });
    doc.getMap("rows").set(id, new Y.Map());
  }
  return doc;
}

function set(doc: Y.Doc, person: string, column: string, state: string, score: number | null = null) {
  (doc.getMap("rows").get(person) as Y.Map<unknown>).set(column, { state, score, at: null });
}

describe("the store of a board", () => {
  it("redraws the cell that changed and no other, once for many changes", () => {
    const doc = board();
    const store = new BoardStore(doc);
    const heard = new Map<string, ReturnType<typeof vi.fn>>();
    for (const person of PEOPLE) {
      for (const column of COLUMNS) {
        store.cell(person, column);
        const listener = vi.fn();
        heard.set(`${person} ${column}`, listener);
        store.subscribe(person, column, listener);
      }
    }
    const moves: Move[] = [];
    store.onMoves((more) => moves.push(...more));
    for (const state of ["opened", "working", "handed_in"]) set(doc, "ben", "two", state);
    store.flush();
    for (const [cell, listener] of heard) expect(listener).toHaveBeenCalledTimes(cell === "ben two" ? 1 : 0);
    expect(moves).toEqual([
      { person: "ben", column: "two", cell: { state: "handed_in", score: null, at: null, remark: null } },
    ]);
    store.close();
  });

  it("hears remarks, whole rows and columns", () => {
    const doc = board();
    const store = new BoardStore(doc);
    const listener = vi.fn();
    store.cell("ann", "one");
    store.subscribe("ann", "one", listener);
    doc.getMap("marks").set("ann", new Y.Map([["one", "Hm."]]));
    store.flush();
    expect(store.cell("ann", "one").remark).toBe("Hm.");
    doc.getMap("rows").set("ann", new Y.Map([["one", { state: "stuck" }]]));
    store.flush();
    expect(store.cell("ann", "one").state).toBe("stuck");
    expect(listener).toHaveBeenCalledTimes(2);
    doc.getArray("columns").delete(0, 1);
    doc.getMap("people").delete("cem");
    doc.getMap("rows").delete("cem");
    store.flush();
    expect(store.columns.get().map(({ id }) => id)).toEqual(["two"]);
    expect(store.people.get()).toHaveLength(2);
    doc.getMap("rows").set("ann", "nonsense");
    store.flush();
    expect(store.damaged.get()).toBe(true);
    store.close();
  });

  it("is silent after it was closed", () => {
    const doc = board();
    const store = new BoardStore(doc);
    const listener = vi.fn();
    store.cell("ann", "one");
    store.subscribe("ann", "one", listener);
    store.close();
    set(doc, "ann", "one", "opened");
    store.flush();
    expect(listener).not.toHaveBeenCalled();
  });
});

describe("the order of rows", () => {
  const doc = board();
  set(doc, "ann", "one", "handed_in");
  set(doc, "ann", "two", "graded", 3);
  set(doc, "cem", "two", "stuck");
  const store = new BoardStore(doc);
  const columns = store.columns.get();
  const order = (by: Parameters<typeof ordered>[3]) =>
    ordered(store, store.people.get(), columns, by, "en").map(({ id }) => id);

  it("is by name, by what is done, by who is stuck, or by a column", () => {
    expect(order("name")).toEqual(["ann", "ben", "cem"]);
    expect(order("progress")).toEqual(["ben", "cem", "ann"]);
    expect(order("stuck")).toEqual(["cem", "ann", "ben"]);
    expect(order({ column: "two" })).toEqual(["cem", "ben", "ann"]);
  });

  it("stays while people come and go", () => {
    const people = store.people.get();
    expect(kept(["cem", "gone", "ann"], people).map(({ id }) => id)).toEqual(["cem", "ann", "ben"]);
  });

  it("can be narrowed by name and state", () => {
    const fitting = (search: string, state: Parameters<typeof fits>[4]) =>
      store.people.get().filter((person) => fits(store, person, columns, search, state, "en")).length;
    expect(fitting(" AN ", null)).toBe(1);
    expect(fitting("", "stuck")).toBe(1);
    expect(fitting("", "none")).toBe(2);
    expect(fitting("ann", "none")).toBe(0);
  });
});
