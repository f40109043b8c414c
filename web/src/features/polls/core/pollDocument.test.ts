import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { readPoll } from "./pollDocument.ts";

function document(poll: Record<string, unknown>, results: Record<string, unknown> = {}): Y.Doc {
  const doc = new Y.Doc();
  for (const [key, value] of Object.entries(poll)) doc.getMap("poll").set(key, value);
  for (const [key, value] of Object.entries(results)) doc.getMap("results").set(key, value);
  return doc;
}

describe("a poll's document", () => {
  it("is read as the server writes it", () => {
    const counts = new Y.Map<number>();
    const doc = document(
      {
        id: "p",
        state: "open",
        question: "Where?",
        type: "multiple",
        options: [{ id: "o1", text: "Leaf" }],
        max_choices: 2,
        anonymous: true,
        results: "live",
        published: true,
        round: 2,
        closes_at: "2026-03-02T12:00:00Z",
      },
      { voters: 3, counts, rounds: { "1": { voters: 1, counts: { o1: 1 } } } },
    );
    counts.set("o1", 2);
    expect(readPoll(doc)).toMatchObject({
      question: "Where?",
      type: "multiple",
      maxChoices: 2,
      anonymous: true,
      shown: true,
      round: 2,
      closesAt: Date.UTC(2026, 2, 2, 12),
      voters: 3,
      counts: { o1: 2 },
      rounds: [{ round: 1, voters: 1, counts: { o1: 1 } }],
    });
  });

  it("has no counts while they are hidden", () => {
    expect(readPoll(document({ id: "p", state: "open" }, { voters: 3 }))).toMatchObject({
      voters: 3,
      counts: null,
    });
  });

  it("is read as far as it makes sense, whatever is in it", () => {
    expect(readPoll(new Y.Doc())).toBeNull();
    expect(readPoll(document({ id: 3, state: "open" }))).toBeNull();
    const odd = document(
      {
        id: "p",
        state: "open",
        type: "riddle",
        options: ["x", { id: "o1" }, null],
        closes_at: 7,
        round: "two",
      },
      { counts: { o1: "many" }, rounds: [1], questions: { q: 4 }, correct: [1, "o1"] },
    );
    expect(readPoll(odd)).toMatchObject({
      type: "single",
      options: [{ id: "o1", text: "" }],
      closesAt: null,
      round: 1,
      counts: { o1: 0 },
      questions: [{ id: "q", text: "", answered: false }],
      correct: ["o1"],
    });
  });
});
