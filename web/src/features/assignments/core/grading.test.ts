import { describe, expect, it } from "vitest";
import { gradingOf, readGrading, saidIn, saidPenalty, sameGrading } from "./grading.ts";

const GRADE = {
  points: 10,
  raw_points: 10,
  penalty_percent: 0,
  label: null,
  excused: false,
  rubric: {},
  feedback: "Well done",
  files: [],
  withheld: false,
  graded_at: "2026-05-02T12:00:00Z",
  returned_at: "2026-05-02T12:00:00Z",
  version: 3,
};

const IN_TIME = { penalty_percent: 0, late_percent: 0 };

describe("a grading", () => {
  it("begins with what was said before", () => {
    expect(gradingOf({ version: 3, grade: GRADE, ...IN_TIME })).toMatchObject({
      version: 3,
      points: 10,
      feedback: "Well done",
    });
    expect(gradingOf({ version: 0, grade: null, ...IN_TIME })).toMatchObject({
      points: "",
      feedback: "",
      waived: false,
    });
  });

  it("takes over what a colleague has said, and nothing is what they have not", () => {
    expect(saidIn({ points: 6, raw_points: 8, excused: false, feedback: "Late" })).toEqual({
      points: 8,
      levels: {},
      feedback: "Late",
      excused: false,
    });
    expect(saidIn({ points: null, excused: true })).toMatchObject({
      points: "",
      feedback: "",
      excused: true,
    });
  });

  it("is the same when it says the same", () => {
    const grading = gradingOf({ version: 3, grade: GRADE, ...IN_TIME });
    expect(sameGrading(grading, { ...grading, points: "10", version: 4 })).toBe(true);
    expect(sameGrading(grading, { ...grading, feedback: "Well done!" })).toBe(false);
    expect(sameGrading(grading, { ...grading, levels: { idea: "a" } })).toBe(false);
  });

  it("takes off for being late what it says, and a waiver can be taken back", () => {
    const late = { version: 3, grade: GRADE, penalty_percent: 40, late_percent: 40 };
    const before = gradingOf(late);
    expect(before.waived).toBe(false);
    expect(saidPenalty({ ...before, feedback: "Yes" }, before, late)).toBeNull();
    expect(saidPenalty({ ...before, waived: true }, before, late)).toBe(0);
    const forgiven = { ...late, penalty_percent: 0 };
    const after = gradingOf(forgiven);
    expect(after.waived).toBe(true);
    expect(saidPenalty({ ...after, feedback: "Yes" }, after, forgiven)).toBeNull();
    expect(saidPenalty({ ...after, waived: false }, after, forgiven)).toBe(40);
  });

  it("is read again as it was kept, and nothing else is", () => {
    const grading = gradingOf({ version: 3, grade: GRADE, ...IN_TIME });
    expect(readGrading(JSON.stringify(grading))).toEqual(grading);
    for (const kept of [null, "", "null", "3", "{}", "[]", '{"version":1}'])
      expect(readGrading(kept)).toBeNull();
  });
});
