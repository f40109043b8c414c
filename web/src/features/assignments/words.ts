import type { ParseKeys, TFunction } from "i18next";
import { Problem, wordsFor } from "@/api/problem.ts";
import { moment } from "@/components/time.ts";

const CODES = [
  "already_handed_in",
  "attempt_taken",
  "changed_meanwhile",
  "handed_in",
  "no_attempt_left",
  "too_late",
] as const;

/** The words for a refusal that is about work; else the general ones. */
export function workProblem(error: unknown): ParseKeys {
  const code = error instanceof Problem ? CODES.find((each) => each === error.code) : undefined;
  return code ? `assignments.problem.${code}` : wordsFor(error);
}

/** When something is due, as people say it. */
export function dueWords(t: TFunction, dueAt: string | null | undefined, language: string): string {
  return dueAt ? t("assignments.due", { when: moment(dueAt, language) }) : t("assignments.noDue");
}

const UNITS = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
] as const;

/** How late work was, in the largest unit of which it is one. */
export function lateBy(seconds: number, language: string): string {
  const [unit, length] = UNITS.find(([, each]) => seconds >= each) ?? UNITS[3];
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit,
    unitDisplay: "long",
    maximumFractionDigits: 0,
  }).format(Math.floor(seconds / length));
}

export function number(value: number, language: string): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: 2 }).format(value);
}
