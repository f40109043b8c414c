import { expect, test } from "vitest";
import { followed, pagesWithin } from "./pages.ts";

test("the pages in sight are those with a line in sight, and empty ones", () => {
  const sizes = [100, 100, 40];
  expect(pagesWithin(sizes, { from: 0, to: 12 })).toEqual([0]);
  expect(pagesWithin(sizes, { from: 95, to: 101 })).toEqual([0, 1]);
  expect(pagesWithin(sizes, { from: 100, to: 110 })).toEqual([1]);
  expect(pagesWithin(sizes, { from: 220, to: 240 })).toEqual([2]);
  expect(pagesWithin(sizes, { from: 0, to: 240 })).toEqual([0, 1, 2]);
  expect(pagesWithin([0], { from: 0, to: 0 })).toEqual([0]);
});

test("a page that ends elsewhere now is not followed by the one that was read after it", () => {
  expect(followed({ next_cursor: "a" }, "a")).toBe(true);
  expect(followed({ next_cursor: "b" }, "a")).toBe(false);
  expect(followed({ next_cursor: null }, "a")).toBe(false);
  expect(followed({ next_cursor: "b" }, undefined)).toBe(true);
  expect(followed({}, undefined)).toBe(true);
});
