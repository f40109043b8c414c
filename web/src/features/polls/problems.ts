import type { ParseKeys } from "i18next";
import { Problem, wordsFor } from "@/api/problem.ts";

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
