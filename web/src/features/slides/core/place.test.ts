import { describe, expect, it } from "vitest";
import { PAGE_WIDTH_UNITS, placePage } from "./place.ts";

const NONE = { top: 0, right: 0, bottom: 0, left: 0 };

describe("a page in its area", () => {
  it("is as large as it fits, in the middle", () => {
    expect(placePage({ width: 1000, height: 500 }, { width: 400, height: 300 }, NONE)).toMatchObject({
      height: 500,
      y: 0,
    });
    expect(placePage({ width: 300, height: 900 }, { width: 960, height: 540 }, NONE)).toMatchObject({
      x: 0,
      width: 300,
    });
  });

  it("keeps clear of what floats above it", () => {
    const place = placePage(
      { width: 800, height: 600 },
      { width: 4, height: 3 },
      { ...NONE, top: 60, bottom: 60 },
    );
    expect([place.y, place.height]).toEqual([60, 480]);
  });

  it("puts a mark on the same spot of the page at every window size", () => {
    const page = { width: 960, height: 540 };
    for (const area of [
      { width: 1920, height: 1080 },
      { width: 360, height: 640 },
      { width: 700, height: 300 },
    ]) {
      const place = placePage(area, page, { ...NONE, bottom: 50 });
      const mark = { x: place.x + 640 * place.scale, y: place.y + 360 * place.scale };
      expect((mark.x - place.x) / place.width).toBeCloseTo(640 / PAGE_WIDTH_UNITS);
      expect((mark.y - place.y) / place.height).toBeCloseTo(0.5);
    }
  });

  it("survives an area that is not laid out yet", () => {
    const place = placePage({ width: 0, height: 0 }, { width: 960, height: 540 }, NONE);
    expect(place.scale).toBeGreaterThan(0);
  });
});
