import { isDone, type BoardColumn, type BoardPerson, type ShownState } from "./board.ts";
import type { BoardStore } from "./boardStore.ts";

/** By what rows are ordered: `column` with the column's id. */
export type SortBy = "name" | "progress" | "stuck" | { readonly column: string };

/** How far along a state is; who is stuck comes first when looking for who needs help. */
const URGENCY: Readonly<Record<ShownState, number>> = {
  stuck: 0,
  none: 1,
  opened: 2,
  working: 3,
  handed_in: 4,
  graded: 5,
};

/** Put people into an order, by what their cells say at this moment. */
export function ordered(
  store: BoardStore,
  people: readonly BoardPerson[],
  columns: readonly BoardColumn[],
  by: SortBy,
  language: string,
): readonly BoardPerson[] {
  const byName = new Intl.Collator(language).compare;
  const weigh = (person: BoardPerson): number => {
    if (by === "name") return 0;
    if (typeof by === "object") {
      const cell = store.cell(person.id, by.column);
      return URGENCY[cell.state] * 1e9 + (cell.score ?? 0);
    }
    const states = columns.map((column) => store.cell(person.id, column.id).state);
    return by === "stuck"
      ? -states.filter((state) => state === "stuck").length
      : states.filter(isDone).length;
  };
  const weights = new Map(people.map((person) => [person.id, weigh(person)]));
  return [...people].sort(
    (a, b) => (weights.get(a.id) ?? 0) - (weights.get(b.id) ?? 0) || byName(a.name, b.name),
  );
}

/** Whether somebody fits: a text in the name, and a state in any of the columns. */
export function fits(
  store: BoardStore,
  person: BoardPerson,
  columns: readonly BoardColumn[],
  search: string,
  state: ShownState | null,
  language: string,
): boolean {
  const words = search.trim().toLocaleLowerCase(language);
  if (words && !person.name.toLocaleLowerCase(language).includes(words)) return false;
  return state === null || columns.some((column) => store.cell(person.id, column.id).state === state);
}

/** Keep the order that was chosen while people come and go: new ones at the end. Nobody's row jumps. */
export function kept(before: readonly string[], people: readonly BoardPerson[]): readonly BoardPerson[] {
  const byId = new Map(people.map((person) => [person.id, person]));
  const stayed = before.flatMap((id) => byId.get(id) ?? []);
  const known = new Set(before);
  return [...stayed, ...people.filter(({ id }) => !known.has(id))];
}
