import { describe, expect, it } from "vitest";
import type { PollResults } from "../queries.ts";
import { countsAhead, roundsAhead } from "./ahead.ts";

const round = (number: number, counts: Record<string, number> | null) => ({
  round: number,
  voters: 2,
  counts,
  mean: null,
  places: null,
});

const FOUND: PollResults = {
  poll_id: "p",
  state: "open",
  round: 2,
  shown: false,
  sealed: false,
  voters: 2,
  counts: { leaf: 2, Rude: 1 },
  mean: null,
  places: null,
  rounds: [round(1, { root: 1, "rude ": 2 }), round(2, { leaf: 2, Rude: 1 })],
  texts: [
    { text: "leaf", count: 2, hidden: false },
    { text: "Rude", count: 1, hidden: true },
  ],
  questions: [],
  ballots: [],
  correct: null,
};

describe("what a teacher sees ahead", () => {
  it("has no words that were taken out of sight, of no round", () => {
    expect(countsAhead(FOUND, "word_cloud")).toEqual({ voters: 2, counts: { leaf: 2 }, mean: null });
    expect(roundsAhead(FOUND, 2)).toEqual([{ round: 1, voters: 2, counts: { root: 1 }, mean: null }]);
  });

  it("has the up-votes of questions that the class sees without", () => {
    expect(countsAhead({ ...FOUND, counts: { q: 3 }, texts: [] }, "q_and_a")?.counts).toEqual({ q: 3 });
  });

  it("has nothing while an anonymous poll is sealed", () => {
    const sealed = { ...FOUND, sealed: true, counts: null, rounds: [round(1, null)] };
    expect(countsAhead(sealed, "single")).toBeNull();
    expect(roundsAhead(sealed, 2)[0]?.counts).toBeNull();
  });
});
