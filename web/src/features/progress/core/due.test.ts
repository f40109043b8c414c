import { describe, expect, it } from "vitest";
import { localMoment, momentOf } from "./due.ts";

describe("a due date", () => {
  it("survives the field it is chosen in", () => {
    const moment = "2026-05-01T10:30:00.000Z";
    expect(momentOf(localMoment(moment))).toBe(moment);
    expect(localMoment(null)).toBe("");
    expect(momentOf("")).toBeNull();
    expect(momentOf("nonsense")).toBeNull();
  });
});
