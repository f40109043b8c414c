import { describe, expect, it } from "vitest";
import type { Poll } from "../queries.ts";
import { EMPTY, newPoll, pollChanges, valuesOf } from "./pollForm.ts";

const POLL: Poll = {
  id: "p",
  document_id: "d",
  class_id: "c",
  question: "Where?",
  type: "scored",
  options: [
    { id: "o1", text: "Here", correct: true },
    { id: "o2", text: "There", correct: false },
    { id: "o3", text: "Nowhere", correct: true },
  ],
  max_choices: 3,
  low_label: "",
  high_label: "",
  points: 4,
  anonymous: true,
  results: "live",
  shown: false,
  state: "draft",
  round: 1,
  seconds: 45,
  closes_at: null,
  created_at: "2026-11-21T12:00:00.000Z",
};

describe("a poll's form", () => {
  it("shows a poll as it is, and changes nothing about it by itself", () => {
    const values = valuesOf(POLL);
    expect(values).toEqual({
      ...EMPTY,
      question: "Where?",
      type: "scored",
      options: "Here\nThere\nNowhere",
      correct: ["0", "2"],
      points: 4,
      anonymous: true,
      hidden: false,
      seconds: "45",
    });
    expect(pollChanges(values, POLL)).toEqual({
      question: "Where?",
      type: "scored",
      options: ["Here", "There", "Nowhere"],
      correct: [0, 2],
      points: 4,
      max_choices: null,
      anonymous: true,
      results: "live",
      seconds: 45,
    });
  });

  it("shows the numbers of a scale", () => {
    const options = ["0", "1", "2", "3"].map((id) => ({ id, text: id, correct: null }));
    const scale = valuesOf({ ...POLL, type: "scale", options, low_label: "never" });
    expect([scale.low, scale.high, scale.lowLabel, scale.options]).toEqual([0, 3, "never", ""]);
  });

  it("leaves what it does not show, where it still fits", () => {
    const several: Poll = { ...POLL, type: "multiple", max_choices: 2 };
    expect(pollChanges(valuesOf(several), several)).not.toHaveProperty("max_choices");
    expect(pollChanges({ ...valuesOf(several), options: "A" }, several).max_choices).toBeNull();
    const words: Poll = { ...POLL, type: "word_cloud", options: [], max_choices: 1 };
    expect(pollChanges(valuesOf(words), words)).not.toHaveProperty("max_choices");
    const yesNo: Poll = { ...POLL, type: "yes_no", options: [{ id: "yes", text: "Oui", correct: null }] };
    expect(pollChanges(valuesOf(yesNo), yesNo)).not.toHaveProperty("options");
    expect(pollChanges({ ...valuesOf(yesNo), type: "q_and_a" }, yesNo)).toMatchObject({
      options: [],
      correct: [],
      max_choices: null,
    });
  });

  it("forgets that a line was right which is there no more", () => {
    const values = { ...EMPTY, type: "scored", options: "a\nb", correct: ["1", "2"] } as const;
    expect(newPoll(values)).toMatchObject({ correct: [1], max_choices: 1 });
  });

  it("asks for one answer where one is right", () => {
    const values = { ...EMPTY, type: "scored", options: "a\nb", correct: ["1"] } as const;
    expect(newPoll(values).max_choices).toBe(1);
    expect(pollChanges(values, POLL).max_choices).toBe(1);
  });
});
