import { expect, it } from "vitest";
import { fittingZoom } from "./fit.ts";

it("projects as large as everything fits, and never too small to be read", () => {
  expect(fittingZoom(1280, () => true)).toBe(1.4);
  expect(fittingZoom(1920, () => true)).toBe(2.1);
  expect(fittingZoom(390, () => true)).toBe(1);
  expect(fittingZoom(1280, (zoom) => 800 * zoom <= 720)).toBe(0.9);
  expect(fittingZoom(1280, () => false)).toBe(0.6);
});
