import { describe, expect, it } from "vitest";
import { destination } from "./walking.ts";

const GRID = { rows: 40, columns: 30, rightToLeft: false };
const press = (key: string, more = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, ...more });

describe("walking in a grid", () => {
  it.each([
    ["ArrowRight", {}, { row: 5, column: 6 }],
    ["ArrowLeft", {}, { row: 5, column: 4 }],
    ["ArrowUp", {}, { row: 4, column: 5 }],
    ["ArrowDown", {}, { row: 6, column: 5 }],
    ["PageUp", {}, { row: 0, column: 5 }],
    ["PageDown", {}, { row: 15, column: 5 }],
    ["Home", {}, { row: 5, column: 0 }],
    ["End", {}, { row: 5, column: 30 }],
    ["Home", { ctrlKey: true }, { row: 0, column: 0 }],
    ["End", { ctrlKey: true }, { row: 40, column: 30 }],
  ])("%s %o", (key, more, place) => {
    expect(destination(press(key, more), { row: 5, column: 5 }, GRID)).toEqual(place);
  });

  it("ends at the edges", () => {
    expect(destination(press("ArrowDown"), { row: 40, column: 0 }, GRID)).toEqual({ row: 40, column: 0 });
    expect(destination(press("ArrowLeft"), { row: 0, column: 0 }, GRID)).toEqual({ row: 0, column: 0 });
  });

  it("goes where the arrow points where words run from right to left", () => {
    const mirrored = { ...GRID, rightToLeft: true };
    expect(destination(press("ArrowLeft"), { row: 1, column: 1 }, mirrored)).toEqual({ row: 1, column: 2 });
  });

  it("leaves other keys alone", () => {
    expect(destination(press("a"), { row: 1, column: 1 }, GRID)).toBeNull();
    expect(destination(press("ArrowLeft", { altKey: true }), { row: 1, column: 1 }, GRID)).toBeNull();
  });
});
