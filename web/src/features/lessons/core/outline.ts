import type { Unit } from "../queries.ts";

/** All units in order, each with its lessons, as the server takes it. */
export type Order = readonly { readonly id: string; readonly lesson_ids: readonly string[] }[];

export const orderOf = (units: readonly Unit[]): Order =>
  units.map(({ id, lessons }) => ({ id, lesson_ids: lessons.map((lesson) => lesson.id) }));

/** The same units in another order; whatever it does not name stays behind the rest, as on the server. */
export function inOrder(units: readonly Unit[], order: Order): readonly Unit[] {
  const unitById = new Map(units.map((unit) => [unit.id, unit]));
  const lessonById = new Map(units.flatMap(({ lessons }) => lessons.map((lesson) => [lesson.id, lesson])));
  const named = new Set(order.flatMap(({ lesson_ids }) => lesson_ids));
  const known = order.filter(({ id }) => unitById.has(id));
  const rest = units
    .filter(({ id }) => !known.some((each) => each.id === id))
    .map(({ id }) => ({ id, lesson_ids: [] }));
  return [...known, ...rest].flatMap(({ id, lesson_ids }) => {
    const unit = unitById.get(id);
    if (!unit) return [];
    const lessons = lesson_ids.flatMap((lesson) => lessonById.get(lesson) ?? []);
    const added = unit.lessons.filter((lesson) => !named.has(lesson.id));
    return [{ ...unit, lessons: [...lessons, ...added].map((lesson) => ({ ...lesson, unit_id: id })) }];
  });
}

/** A lesson one place up or down; past the edge of its unit it goes into the next one. */
export function stepLesson(order: Order, lessonId: string, by: -1 | 1): Order {
  const from = order.findIndex(({ lesson_ids }) => lesson_ids.includes(lessonId));
  const unit = order[from];
  if (!unit) return order;
  const at = unit.lesson_ids.indexOf(lessonId);
  const target = at + by;
  if (target >= 0 && target < unit.lesson_ids.length) return placeLesson(order, lessonId, unit.id, target);
  const next = order[from + by];
  return next ? placeLesson(order, lessonId, next.id, by === 1 ? 0 : next.lesson_ids.length) : order;
}

/** A lesson into a unit, at a place among the others. */
export function placeLesson(order: Order, lessonId: string, unitId: string, at: number): Order {
  return order.map(({ id, lesson_ids }) => {
    const others = lesson_ids.filter((lesson) => lesson !== lessonId);
    if (id !== unitId) return { id, lesson_ids: others };
    return { id, lesson_ids: [...others.slice(0, at), lessonId, ...others.slice(at)] };
  });
}

/** A unit with all its lessons one place up or down. */
export function stepUnit(order: Order, unitId: string, by: -1 | 1): Order {
  const from = order.findIndex(({ id }) => id === unitId);
  const moved = order[from];
  const target = from + by;
  if (!moved || target < 0 || target >= order.length) return order;
  const others = order.filter(({ id }) => id !== unitId);
  return [...others.slice(0, target), moved, ...others.slice(target)];
}
