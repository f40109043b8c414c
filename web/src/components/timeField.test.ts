import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fromField, fromTouchedField, toField } from "./timeField.ts";

describe("a field of a time", () => {
  beforeEach(() => vi.stubEnv("TZ", "Europe/Berlin"));
  afterEach(() => vi.unstubAllEnvs());

  it("keeps what nobody touches to the second, and in the hour that the clocks have twice", () => {
    for (const time of ["2026-05-01T21:59:59Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"]) {
      expect(fromTouchedField(toField(time), time)).toBe(time);
    }
    expect(fromTouchedField("", null)).toBeNull();
  });

  it("is empty where there is no time, and means none until it is complete", () => {
    expect(toField(null)).toBe("");
    expect(fromField("")).toBeNull();
    expect(fromField("nonsense")).toBeNull();
    const moment = "2026-05-01T10:30:00.000Z";
    expect(fromField(toField(moment))).toBe(moment);
  });

  it("means what is typed where this browser is", () => {
    const before = "2026-05-01T21:59:59Z";
    expect(fromTouchedField("", before)).toBeNull();
    expect(fromTouchedField("2026-03-29T03:30", before)).toBe("2026-03-29T01:30:00.000Z");
    expect(fromTouchedField("2026-12-01T03:30", before)).toBe("2026-12-01T02:30:00.000Z");
  });
});
