import type { PollResults } from "../queries.ts";
import { takesText, type Counts, type LivePoll } from "./pollDocument.ts";

type Hidden = ReadonlySet<string>;

/** What a teacher sees of the present round before the class does; null while nobody may. */
export function countsAhead(found: PollResults, type: LivePoll["type"]): Counts | null {
  if (!found.counts) return null;
  const counts = takesText(type)
    ? Object.fromEntries(found.texts.filter((each) => !each.hidden).map((each) => [each.text, each.count]))
    : found.counts;
  return { voters: found.voters, counts, mean: found.mean ?? null };
}

/** The rounds before, as a teacher sees them before the class does. Words that are out of sight are so in every round. */
export function roundsAhead(found: PollResults, round: number): LivePoll["rounds"] {
  const hidden: Hidden = new Set(found.texts.filter((each) => each.hidden).map(({ text }) => same(text)));
  return found.rounds
    .filter((each) => each.round < round)
    .map((each) => ({
      round: each.round,
      voters: each.voters,
      counts: each.counts ? seen(each.counts, hidden) : null,
      mean: each.mean ?? null,
    }));
}

const seen = (counts: Readonly<Record<string, number>>, hidden: Hidden) =>
  Object.fromEntries(Object.entries(counts).filter(([text]) => !hidden.has(same(text))));

/** Capitals, and how many spaces, make no difference. */
const same = (text: string) => text.toLowerCase().split(/\s+/).filter(Boolean).join(" ");
