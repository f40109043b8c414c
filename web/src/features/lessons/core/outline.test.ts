import { describe, expect, it } from "vitest";
import type { LessonSummary, Unit } from "../queries.ts";
import { inOrder, orderOf, placeLesson, stepLesson, stepUnit, type Order } from "./outline.ts";

const ORDER: Order = [
  { id: "u", lesson_ids: ["a", "b"] },
  { id: "v", lesson_ids: [] },
  { id: "w", lesson_ids: ["c"] },
];
const words = (order: Order) => order.map(({ id, lesson_ids }) => `${id}:${lesson_ids.join("")}`).join(" ");

describe("the order of lessons", () => {
  it("steps within a unit, and over its edge into the next", () => {
    expect(words(stepLesson(ORDER, "a", 1))).toBe("u:ba v: w:c");
    expect(words(stepLesson(ORDER, "b", 1))).toBe("u:a v:b w:c");
    expect(words(stepLesson(ORDER, "c", -1))).toBe("u:ab v:c w:");
    expect(words(stepLesson(stepLesson(ORDER, "c", -1), "c", -1))).toBe("u:abc v: w:");
  });

  it("stays where there is nowhere to go", () => {
    expect(stepLesson(ORDER, "a", -1)).toEqual(ORDER);
    expect(stepLesson(ORDER, "c", 1)).toEqual(ORDER);
    expect(stepLesson(ORDER, "unknown", 1)).toEqual(ORDER);
    expect(stepUnit(ORDER, "u", -1)).toEqual(ORDER);
    expect(stepUnit(ORDER, "unknown", 1)).toEqual(ORDER);
  });

  it("places a lesson anywhere, never twice", () => {
    expect(words(placeLesson(ORDER, "a", "w", 0))).toBe("u:b v: w:ac");
    expect(words(placeLesson(ORDER, "a", "u", 1))).toBe("u:ba v: w:c");
  });

  it("moves a unit with its lessons", () => {
    expect(words(stepUnit(ORDER, "w", -1))).toBe("u:ab w:c v:");
  });

  it("shows what was added meanwhile behind the rest", () => {
    const lesson = (id: string) => ({ id, unit_id: "?" }) as LessonSummary;
    const unit = (id: string, ...lessons: string[]): Unit => ({
      id,
      title: id,
      lessons: lessons.map(lesson),
    });
    const units = [unit("u", "a", "b", "new"), unit("v"), unit("w", "c"), unit("later")];
    const shown = inOrder(units, [
      { id: "w", lesson_ids: ["b", "c"] },
      { id: "gone", lesson_ids: ["x"] },
      { id: "u", lesson_ids: ["a"] },
    ]);
    expect(words(orderOf(shown))).toBe("w:bc u:anew v: later:");
    expect(shown[0]?.lessons[0]?.unit_id).toBe("w");
  });
});
