import { afterEach, describe, expect, it, vi } from "vitest";
import { moment, regional, timeOfDay } from "./time.ts";

const browser = (...languages: string[]) =>
  vi.spyOn(navigator, "languages", "get").mockReturnValue(languages);
const AFTERNOON = new Date(2026, 2, 3, 14, 5).toISOString();
const LATER = new Date(2026, 2, 3, 15, 50).toISOString();

afterEach(() => vi.restoreAllMocks());

describe("times", () => {
  it("have the clock of the person's region", () => {
    browser("en-GB", "en");
    expect(timeOfDay(AFTERNOON, "en")).toBe("14:05");
    expect(timeOfDay(AFTERNOON, "en", LATER)).toBe("14:05–15:50");
    expect(moment(AFTERNOON, "en")).toBe("3 Mar 2026, 14:05");
    browser("en-US");
    expect(timeOfDay(AFTERNOON, "en")).toMatch(/^2:05\sPM$/);
  });

  it("have it also where the page speaks another language than the browser", () => {
    browser("de-DE", "de", "en-US");
    expect(regional("en")).toBe("en-US");
    browser("de-DE", "de");
    expect(timeOfDay(AFTERNOON, "en")).toBe("14:05");
    expect(timeOfDay(AFTERNOON, "de")).toBe("14:05");
  });

  it("are told where the browser names no region, or names its languages oddly", () => {
    browser("en");
    expect(regional("en")).toBe("en");
    browser("C", "zh-Hant-TW", "en_US", "");
    expect(regional("de")).toBe("de-TW");
    browser();
    expect(regional("de")).toBe("de");
    expect(regional("ar-XB")).toBe("ar-XB");
  });
});
