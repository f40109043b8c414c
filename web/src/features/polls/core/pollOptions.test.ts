import { describe, expect, it } from "vitest";
import { optionsProblem } from "./pollOptions.ts";

const list = (count: number) => Array.from({ length: count }, (_, index) => `Option ${index}`).join("\n");

describe("the options of a poll", () => {
  it("are two at least, and twenty at most, of a ranking ten", () => {
    expect(optionsProblem("A\n \n", "single")).toEqual({ why: "few" });
    expect(optionsProblem(list(20), "single")).toBeNull();
    expect(optionsProblem(list(25), "single")).toEqual({ why: "many", most: 20, given: 25 });
    expect(optionsProblem(list(10), "ranking")).toBeNull();
    expect(optionsProblem(list(11), "ranking")).toEqual({ why: "many", most: 10, given: 11 });
  });

  it("have at most 200 letters, however many bytes a letter has", () => {
    expect(optionsProblem(`A\n${"🌱".repeat(200)}`, "multiple")).toBeNull();
    expect(optionsProblem(`A\n${"🌱".repeat(201)}`, "multiple")).toEqual({
      why: "long",
      number: 2,
      most: 200,
      start: "🌱".repeat(30),
    });
  });

  it("differ in more than capitals and spaces", () => {
    expect(optionsProblem("A\na", "single")).toEqual({ why: "twice", text: "a" });
    expect(optionsProblem("Straße\nSTRASSE", "single")).toMatchObject({ why: "twice" });
    expect(optionsProblem("red  leaf\nred leaf", "scored")).toMatchObject({ why: "twice" });
    expect(optionsProblem("A\nB", "single")).toBeNull();
  });

  it("do not matter to a poll that lists none", () => {
    expect(optionsProblem("A\na", "scale")).toBeNull();
  });
});
