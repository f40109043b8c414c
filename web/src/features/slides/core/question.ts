/** What a page that asks something says in the reader's language. */
export interface QuestionWords {
  /** What a question is called that tells nothing yet. */
  readonly unopened: string;
  readonly yes: string;
  readonly no: string;
  readonly votes: (count: number, share: number) => string;
  readonly points: (count: number) => string;
}

export interface QuestionRow {
  readonly text: string;
  /** Null while nobody is shown how it stands. */
  readonly result: { readonly words: string; readonly share: number } | null;
}

/** What stands on a question's page when it is taken along. */
export interface QuestionOnPaper {
  readonly title: string;
  readonly rows: readonly QuestionRow[];
}

type Json = Readonly<Record<string, unknown>>;

const record = (value: unknown): Json =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const count = (value: unknown): number => (typeof value === "number" && value > 0 ? value : 0);

/** Read a poll's document as the server exports it; it holds no more than this person may see. */
export function readQuestion(exported: unknown, words: QuestionWords): QuestionOnPaper {
  const { poll: told, results: shown } = record(exported);
  const poll = record(told);
  const results = record(shown);
  const options = (Array.isArray(poll["options"]) ? poll["options"] : []).map(record);
  const ranked = poll["type"] === "ranking";
  const whole = count(results["voters"]) * (ranked ? options.length : 1);
  const counts = results["counts"] == null ? null : record(results["counts"]);
  const ends = new Map([
    [options[0], text(poll["low_label"])],
    [options.at(-1), text(poll["high_label"])],
  ]);
  const own: Json = poll["type"] === "yes_no" ? { yes: words.yes, no: words.no } : {};
  return {
    title: text(poll["question"]) || words.unopened,
    rows: options.map((option) => {
      const id = text(option["id"]);
      const votes = count(counts?.[id]);
      const share = whole > 0 ? Math.min(1, votes / whole) : 0;
      return {
        text: [text(option["text"]) || text(own[id]) || id, ends.get(option)].filter(Boolean).join(" · "),
        result: counts && { words: ranked ? words.points(votes) : words.votes(votes, share), share },
      };
    }),
  };
}
