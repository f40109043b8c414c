import type { NewPoll, Poll, PollChanges } from "../queries.ts";
import type { PollType } from "./pollDocument.ts";

/** Types whose options are listed by whoever asks. */
export const LISTED: readonly PollType[] = ["single", "multiple", "ranking", "scored"];

/** What stands in the form of a poll; options are one per line, right answers the numbers of their lines. */
export interface PollValues {
  readonly question: string;
  readonly type: PollType;
  readonly options: string;
  readonly correct: readonly string[];
  readonly low: number;
  readonly high: number;
  readonly lowLabel: string;
  readonly highLabel: string;
  readonly points: number;
  readonly anonymous: boolean;
  readonly hidden: boolean;
  readonly seconds: string | null;
}

export const EMPTY: PollValues = {
  question: "",
  type: "single",
  options: "",
  correct: [],
  low: 1,
  high: 5,
  lowLabel: "",
  highLabel: "",
  points: 1,
  anonymous: false,
  hidden: true,
  seconds: null,
};

export const lines = (text: string) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

/** The positions of the right answers; of a line that has gone since nothing is right. */
export const correctOf = ({ correct, options }: PollValues): number[] => {
  const count = lines(options).length;
  return correct.map(Number).filter((position) => position < count);
};

/** What the form shows of a poll that is there already. */
export function valuesOf(poll: Poll): PollValues {
  const { type, options } = poll;
  const scale = type === "scale" ? { low: Number(options[0]?.id), high: Number(options.at(-1)?.id) } : {};
  return {
    ...EMPTY,
    ...scale,
    question: poll.question,
    type,
    options: LISTED.includes(type) ? options.map(({ text }) => text).join("\n") : "",
    correct: options.flatMap(({ correct }, index) => (correct === true ? [String(index)] : [])),
    lowLabel: poll.low_label,
    highLabel: poll.high_label,
    points: poll.points,
    anonymous: poll.anonymous,
    hidden: poll.results === "hidden",
    seconds: poll.seconds === null ? null : String(poll.seconds),
  };
}

export function newPoll(values: PollValues): NewPoll {
  const { type } = values;
  const correct = correctOf(values);
  return {
    question: values.question.trim(),
    type,
    options: LISTED.includes(type) ? lines(values.options) : [],
    anonymous: values.anonymous,
    results: values.hidden ? "hidden" : "live",
    seconds: values.seconds === null ? null : Number(values.seconds),
    ...(type === "scale"
      ? { low: values.low, high: values.high, low_label: values.lowLabel, high_label: values.highLabel }
      : {}),
    ...(type === "scored"
      ? {
          correct,
          points: values.points,
          // One right answer is asked for as one: choosing several would only be a way to lose.
          ...(correct.length === 1 ? { max_choices: 1 } : {}),
        }
      : {}),
  };
}

/** What to change about a poll; what the form does not show, the most choices or words for yes and no, stays where it still fits. */
export function pollChanges(values: PollValues, poll: Poll): PollChanges {
  const { options, ...wanted } = newPoll(values);
  const count = options?.length ?? 0;
  const same = values.type === poll.type;
  const bounded = same && (!LISTED.includes(values.type) || poll.max_choices <= count);
  return {
    ...(bounded && values.type !== "scored" ? {} : { max_choices: null }),
    ...wanted,
    ...(same && values.type === "yes_no" ? {} : { options: options ?? [] }),
    ...(values.type === "scored" ? {} : { correct: [] }),
  };
}
