import type { ParseKeys } from "i18next";
import { Problem, wordsFor } from "@/api/problem.ts";
import type { GradeItem } from "./queries.ts";

const CODES = [
  "changed_meanwhile",
  "too_many_items",
  "table_damaged",
  "table_empty",
  "table_no_items",
  "table_no_students",
  "table_too_large",
  "table_too_many_changes",
  "table_unknown_encoding",
] as const;

/** The words for a refusal that is about grades; else the general ones. */
export function gradeProblem(error: unknown): ParseKeys {
  const code = error instanceof Problem ? CODES.find((each) => each === error.code) : undefined;
  return code ? `grades.problem.${code}` : wordsFor(error);
}

export function number(value: number, language: string): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: 2 }).format(value);
}

export function percent(value: number | null | undefined, language: string): string {
  if (value == null) return "–";
  return new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 }).format(value / 100);
}

/** What somebody typed into a cell: points, excused, nothing; null where it is none of these. */
export function readCell(
  text: string,
  item: GradeItem,
  excusedWord: string,
): { readonly points: number | null; readonly excused: boolean } | null {
  const typed = text.trim();
  if (typed === "") return { points: null, excused: false };
  const word = typed.toLocaleLowerCase();
  if (word === "ex" || word === excusedWord.toLocaleLowerCase()) return { points: null, excused: true };
  const step = item.scale.find(({ title }) => title.toLocaleLowerCase() === word);
  if (step) return { points: step.points, excused: false };
  if (!/^\d{1,6}([.,]\d{1,2})?$/.test(typed)) return null;
  return { points: Number(typed.replace(",", ".")), excused: false };
}

/** The step of a scale that points have reached. */
export function stepFor(item: GradeItem, points: number | null | undefined): string | null {
  if (points == null || item.scale.length === 0) return null;
  const ordered = [...item.scale].sort((one, other) => other.points - one.points);
  return (ordered.find((step) => step.points <= points) ?? ordered.at(-1))?.title ?? null;
}
