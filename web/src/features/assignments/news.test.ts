import { describe, expect, it } from "vitest";
import { newsOf } from "./news.ts";
import type { Assignment } from "./queries.ts";

const SET = "2026-05-01T08:00:00Z";
const LATER = "2026-05-03T08:00:00Z";
const NOW = Date.parse("2026-05-04T08:00:00Z");

function assignment(said: object): Assignment {
  return { published_at: SET, cutoff_at: null, own: null, work: null, ...said } as Assignment;
}

describe("what an assignment has to tell", () => {
  it("is that it is set, and it waits for students who have not begun while they can", () => {
    const own = { state: "none" };
    expect(newsOf(assignment({ own }), false, NOW)).toMatchObject({ at: SET, waiting: "toDo" });
    expect(newsOf(assignment({ own, cutoff_at: LATER }), false, NOW)).toMatchObject({ waiting: null });
    expect(newsOf(assignment({ own: { state: "handed_in" } }), false, NOW)).toMatchObject({ waiting: null });
    expect(newsOf(assignment({ published_at: null }), true, NOW)).toBeNull();
  });

  it("is to a student that their work came back, when it did", () => {
    const own = { state: "returned", returned_at: LATER };
    expect(newsOf(assignment({ own }), false, NOW)).toMatchObject({
      what: "assignments.workReturned",
      at: LATER,
      waiting: null,
    });
  });

  it("is to a teacher that work waits for a grade, until none does", () => {
    const work = { handed_in: 3, to_grade: 1, handed_in_at: LATER };
    expect(newsOf(assignment({ work }), true, NOW)).toMatchObject({
      what: "assignments.workToGrade",
      at: LATER,
      waiting: "toDo",
    });
    expect(newsOf(assignment({ work: { ...work, to_grade: 0 } }), true, NOW)).toMatchObject({
      what: "assignments.one",
      waiting: null,
    });
  });
});
