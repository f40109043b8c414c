import { expect, it } from "vitest";
import { dataSize } from "./sizes.ts";

it("sizes are told as bounds are set, and briefly", () => {
  expect(dataSize(256 * 1024 ** 2, "en")).toBe("256 MB");
  expect(dataSize(5 * 1024 ** 3, "en")).toBe("5 GB");
  expect(dataSize(1.94 * 1024 ** 2, "de")).toBe("1,9 MB");
  expect(dataSize(20_500, "en")).toBe("20 kB");
  expect(dataSize(1010 * 1024, "en")).toBe("1 MB");
  expect(dataSize(1, "en")).toBe("1 byte");
});
