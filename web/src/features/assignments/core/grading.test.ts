import { describe, expect, it } from "vitest";
import { gradingOf, readGrading, sameGrading } from "./grading.ts";

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

describe("a grading", () => {
  it("begins with what was said before", () => {
    expect(gradingOf({ version: 3, grade: GRADE })).toMatchObject({
      version: 3,
      points: 10,
      feedback: "Well done",
    });
    expect(gradingOf({ version: 0, grade: null })).toMatchObject({ points: "", feedback: "", waived: false });
  });

  it("is the same when it says the same", () => {
    const grading = gradingOf({ version: 3, grade: GRADE });
    expect(sameGrading(grading, { ...grading, points: "10", version: 4 })).toBe(true);
    expect(sameGrading(grading, { ...grading, feedback: "Well done!" })).toBe(false);
    expect(sameGrading(grading, { ...grading, levels: { idea: "a" } })).toBe(false);
  });

  it("is read again as it was kept, and nothing else is", () => {
    const grading = gradingOf({ version: 3, grade: GRADE });
    expect(readGrading(JSON.stringify(grading))).toEqual(grading);
    for (const kept of [null, "", "null", "3", "{}", "[]", '{"version":1}'])
      expect(readGrading(kept)).toBeNull();
  });
});
