import type * as Y from "yjs";

export type PollType =
  "single" | "multiple" | "yes_no" | "scale" | "ranking" | "open_text" | "word_cloud" | "q_and_a" | "scored";

export interface Option {
  readonly id: string;
  readonly text: string;
}

/** What is seen of one round. */
export interface Counts {
  readonly voters: number;
  /** Null while the results are hidden. */
  readonly counts: Readonly<Record<string, number>> | null;
  readonly mean: number | null;
}

export interface Question {
  readonly id: string;
  readonly text: string;
  readonly answered: boolean;
}

/** A poll as its document shows it. */
export interface LivePoll extends Counts {
  readonly id: string;
  readonly state: "draft" | "open" | "closed";
  readonly question: string;
  readonly type: PollType;
  readonly options: readonly Option[];
  readonly maxChoices: number;
  readonly lowLabel: string;
  readonly highLabel: string;
  readonly anonymous: boolean;
  readonly mode: "live" | "hidden";
  /** Everybody sees the results. */
  readonly shown: boolean;
  readonly round: number;
  /** Milliseconds since the epoch. */
  readonly closesAt: number | null;
  readonly rounds: readonly (Counts & { readonly round: number })[];
  readonly questions: readonly Question[];
  readonly correct: readonly string[];
}

const TYPES: readonly string[] = [
  "single",
  "multiple",
  "yes_no",
  "scale",
  "ranking",
  "open_text",
  "word_cloud",
  "q_and_a",
  "scored",
] satisfies PollType[];

type Json = Record<string, unknown>;

const isRecord = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const record = (value: unknown): Json => (isRecord(value) ? value : {});
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const number = (value: unknown, otherwise: number): number =>
  typeof value === "number" && Number.isFinite(value) ? value : otherwise;
const list = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

/** Read a poll; whatever does not fit is left out, and what is no poll at all is null. */
export function readPoll(doc: Y.Doc): LivePoll | null {
  const poll = record(doc.getMap("poll").toJSON());
  const results = record(doc.getMap("results").toJSON());
  const state = poll["state"];
  if (typeof poll["id"] !== "string" || (state !== "draft" && state !== "open" && state !== "closed"))
    return null;
  const type = text(poll["type"]);
  const closes = Date.parse(text(poll["closes_at"]));
  return {
    id: poll["id"],
    state,
    question: text(poll["question"]),
    type: TYPES.includes(type) ? (type as PollType) : "single",
    options: list(poll["options"])
      .map(record)
      .filter((option) => typeof option["id"] === "string")
      .map((option) => ({ id: text(option["id"]), text: text(option["text"]) })),
    maxChoices: number(poll["max_choices"], 1),
    lowLabel: text(poll["low_label"]),
    highLabel: text(poll["high_label"]),
    anonymous: poll["anonymous"] === true,
    mode: poll["results"] === "live" ? "live" : "hidden",
    shown: poll["published"] === true,
    round: number(poll["round"], 1),
    closesAt: Number.isNaN(closes) ? null : closes,
    ...readCounts(results),
    rounds: Object.entries(record(results["rounds"]))
      .map(([round, counts]) => ({ round: Number(round), ...readCounts(record(counts)) }))
      .filter(({ round }) => Number.isInteger(round))
      .sort((one, other) => one.round - other.round),
    questions: Object.entries(record(results["questions"])).map(([id, found]) => ({
      id,
      text: text(record(found)["text"]),
      answered: record(found)["answered"] === true,
    })),
    correct: list(results["correct"]).filter((id): id is string => typeof id === "string"),
  };
}

function readCounts(results: Json): Counts {
  const counts = results["counts"];
  return {
    voters: number(results["voters"], 0),
    counts: isRecord(counts)
      ? Object.fromEntries(Object.entries(counts).map(([key, count]) => [key, number(count, 0)]))
      : null,
    mean: typeof results["mean"] === "number" ? results["mean"] : null,
  };
}

/** Whether a vote is words instead of choices. */
export const takesText = (type: PollType): boolean => type === "open_text" || type === "word_cloud";
