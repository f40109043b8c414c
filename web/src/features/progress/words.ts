import type { TFunction } from "i18next";
import { moment, regional } from "@/components/time.ts";
import type { BoardColumn } from "./core/board.ts";

const TYPES = [
  "whiteboard",
  "slides",
  "poll",
  "task",
  "reading",
  "test",
  "presentation",
  "lesson",
  "assignment",
  "quiz",
] as const;

/** What kind of activity a column is, in words. */
export function typeWords(type: string, t: TFunction): string {
  const known = TYPES.find((each) => each === type);
  return known ? t(`progress.types.${known}`) : t("progress.types.other");
}

/** A due date as people write it, with the time of day. */
export function dueWords(column: BoardColumn, language: string): string | null {
  if (column.dueAt === null) return null;
  return moment(column.dueAt, language);
}

export const scoreWords = (score: number, language: string): string =>
  new Intl.NumberFormat(language, { maximumFractionDigits: 2 }).format(score);

/** The day alone, where there is little room. */
export function dueDay(column: BoardColumn, language: string): string | null {
  if (column.dueAt === null) return null;
  const due = new Date(column.dueAt);
  const thisYear = due.getFullYear() === new Date().getFullYear();
  return new Intl.DateTimeFormat(regional(language), {
    day: "numeric",
    month: "short",
    ...(thisYear ? {} : { year: "numeric" }),
  }).format(due);
}
