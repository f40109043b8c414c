import { describe, expect, it } from "vitest";
import { readQuestion, type QuestionWords } from "./question.ts";

const WORDS: QuestionWords = {
  unopened: "Question",
  yes: "Yes",
  no: "No",
  votes: (count, share) => `${count} · ${share * 100}%`,
  points: (count) => `${count} points`,
};
const OPTIONS = [
  { id: "o1", text: "Molten rock" },
  { id: "o2", text: "Ash" },
];

describe("a question that is taken along", () => {
  it("says what is asked, what can be answered, and how it stands where that is shown", () => {
    const poll = { question: "What is magma?", type: "single", options: OPTIONS };
    expect(readQuestion({ poll, results: { voters: 4, counts: { o1: 3 } } }, WORDS)).toEqual({
      title: "What is magma?",
      rows: [
        { text: "Molten rock", result: { words: "3 · 75%", share: 0.75 } },
        { text: "Ash", result: { words: "0 · 0%", share: 0 } },
      ],
    });
    const hidden = readQuestion({ poll, results: { voters: 4, counts: null } }, WORDS);
    expect(hidden.rows.map(({ result }) => result)).toEqual([null, null]);
  });

  it("has the reader's words for yes and no, and the ends of a scale", () => {
    const yesNo = { question: "Wet?", type: "yes_no", options: [{ id: "yes", text: "" }, { id: "no" }] };
    expect(readQuestion({ poll: yesNo }, WORDS).rows.map((row) => row.text)).toEqual(["Yes", "No"]);
    const scale = { type: "scale", options: OPTIONS, low_label: "cold", high_label: "hot" };
    expect(readQuestion({ poll: scale }, WORDS).rows.map((row) => row.text)).toEqual([
      "Molten rock · cold",
      "Ash · hot",
    ]);
  });

  it("counts points where people put things in order", () => {
    const poll = { type: "ranking", options: OPTIONS };
    const { rows } = readQuestion({ poll, results: { voters: 2, counts: { o1: 3, o2: 1 } } }, WORDS);
    expect(rows.map(({ result }) => result)).toEqual([
      { words: "3 points", share: 0.75 },
      { words: "1 points", share: 0.25 },
    ]);
  });

  it("tells nothing before it is opened, nor of what is no poll", () => {
    for (const odd of [null, 5, {}, { poll: { state: "draft" } }, { poll: [], results: 3 }]) {
      expect(readQuestion(odd, WORDS)).toEqual({ title: "Question", rows: [] });
    }
  });
});
