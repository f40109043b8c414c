import * as Y from "yjs";

/** What a cell shows; `none`: not begun. The server's words. */
export const STATES = ["none", "opened", "working", "handed_in", "graded", "stuck"] as const;
export type ShownState = (typeof STATES)[number];

export interface BoardColumn {
  readonly id: string;
  readonly title: string;
  readonly type: string;
  readonly dueAt: string | null;
  readonly hidden: boolean;
}

export interface BoardPerson {
  readonly id: string;
  readonly name: string;
}

export interface BoardCell {
  readonly state: ShownState;
  readonly score: number | null;
  readonly at: string | null;
  readonly remark: string | null;
}

export const EMPTY_CELL: BoardCell = { state: "none", score: null, at: null, remark: null };

const text = (value: unknown): string | null => (typeof value === "string" ? value : null);

/** A time that can be shown, or none. */
const moment = (value: unknown): string | null =>
  typeof value === "string" && !Number.isNaN(Date.parse(value)) ? value : null;

function field(value: unknown, key: string): unknown {
  if (value instanceof Y.Map) return value.get(key);
  if (typeof value === "object" && value !== null && !(value instanceof Y.AbstractType))
    return (value as Record<string, unknown>)[key];
  return undefined;
}

/** The columns as far as they make sense: those with an id of their own; any program of a teacher's can write here. */
export function readColumns(doc: Y.Doc): readonly BoardColumn[] {
  const seen = new Set<string>();
  const columns: BoardColumn[] = [];
  for (const value of doc.getArray("columns")) {
    const id = text(field(value, "id"));
    if (id === null || seen.has(id)) continue;
    seen.add(id);
    columns.push({
      id,
      title: text(field(value, "title")) ?? "",
      type: text(field(value, "type")) ?? "",
      dueAt: moment(field(value, "due_at")),
      hidden: field(value, "hidden") === true,
    });
  }
  return columns;
}

/** The people on the board; one whose name makes no sense still has a row. */
export function readPeople(doc: Y.Doc): readonly BoardPerson[] {
  const people: BoardPerson[] = [];
  for (const [id, value] of doc.getMap("people"))
    people.push({ id, name: text(field(value, "name")) ?? "?" });
  return people;
}

export function readCell(doc: Y.Doc, person: string, column: string): BoardCell {
  const cell = field(doc.getMap("rows").get(person), column);
  const remark = text(field(doc.getMap("marks").get(person), column));
  const state = STATES.find((known) => known === field(cell, "state")) ?? "none";
  const score = field(cell, "score");
  if (state === "none" && !remark) return EMPTY_CELL;
  return {
    state,
    score: state === "graded" && typeof score === "number" && Number.isFinite(score) ? score : null,
    at: moment(field(cell, "at")),
    remark: remark?.trim() ? remark : null,
  };
}

/** Whether something in the document is not what the server writes there: a teacher can have it put right. */
export function isDamaged(doc: Y.Doc): boolean {
  const columns = doc.getArray("columns");
  if (readColumns(doc).length !== columns.length) return true;
  const known = new Set(readColumns(doc).map(({ id }) => id));
  const rows = doc.getMap("rows");
  for (const [person, row] of rows) {
    if (!(row instanceof Y.Map) || !doc.getMap("people").has(person)) return true;
    for (const [column, cell] of row as Y.Map<unknown>) {
      if (known.has(column) && !STATES.some((state) => state === field(cell, "state"))) return true;
    }
  }
  for (const [, person] of doc.getMap("people")) if (text(field(person, "name")) === null) return true;
  for (const [, row] of doc.getMap("marks")) {
    if (!(row instanceof Y.Map)) return true;
    for (const [, remark] of row as Y.Map<unknown>) if (typeof remark !== "string") return true;
  }
  return false;
}

/** Nothing is left to do for the student. */
export const isDone = (state: ShownState): boolean => state === "handed_in" || state === "graded";

export const isOverdue = (column: BoardColumn, state: ShownState, now: number): boolean =>
  column.dueAt !== null && Date.parse(column.dueAt) < now && !isDone(state);
