import type { ParseKeys, TFunction } from "i18next";
import { Problem, wordsFor } from "@/api/problem.ts";
import type { OptionsProblem } from "./core/pollOptions.ts";

const CODES = [
  "anonymous_round_closed",
  "poll_already_opened",
  "poll_closed",
  "poll_not_open",
  "results_sealed",
  "text_too_long",
  "too_many_questions",
  "too_many_rounds",
] as const;

/** The words for a refusal that is about polls; else the general ones. */
export function pollWords(error: unknown): ParseKeys {
  const code = error instanceof Problem ? CODES.find((each) => each === error.code) : undefined;
  return code ? `polls.problem.${code}` : wordsFor(error);
}

/** What is wrong with the options of a poll, in words. */
export function optionsWords(problem: OptionsProblem | null, t: TFunction): string | null {
  switch (problem?.why) {
    case undefined:
      return null;
    case "few":
      return t("polls.twoOptions");
    case "many":
      return t("polls.tooManyOptions", { count: problem.most, given: problem.given });
    case "long":
      return t("polls.optionTooLong", { count: problem.most, number: problem.number, text: problem.start });
    case "twice":
      return t("polls.optionTwice", { text: problem.text });
  }
}
