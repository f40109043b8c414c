import type { HistoryBurst } from "@/api/types.ts";

/** The language with the region that the person's browser gives it: the clock has 12 hours here and 24 there. */
function regional(language: string): string {
  return navigator.languages.find((each) => each.split("-")[0] === language) ?? language;
}

/** Bursts of one day, as the person's calendar has it. */
export interface Day {
  readonly name: string;
  readonly bursts: readonly HistoryBurst[];
}

/** Put bursts under their days; the order stays. */
export function byDay(bursts: readonly HistoryBurst[], language: string): Day[] {
  const format = new Intl.DateTimeFormat(regional(language), { dateStyle: "full" });
  const days: { name: string; bursts: HistoryBurst[] }[] = [];
  for (const burst of bursts) {
    const name = format.format(new Date(burst.ended_at));
    const last = days.at(-1);
    if (last?.name === name) last.bursts.push(burst);
    else days.push({ name, bursts: [burst] });
  }
  return days;
}

/** From when to when somebody worked, in the person's own zone. */
export function timeOf(burst: HistoryBurst, language: string): string {
  return new Intl.DateTimeFormat(regional(language), { timeStyle: "short" }).formatRange(
    new Date(burst.started_at),
    new Date(burst.ended_at),
  );
}

/** A moment with its day. */
export function whenOf(time: string, language: string): string {
  return new Intl.DateTimeFormat(regional(language), { dateStyle: "medium", timeStyle: "short" }).format(
    new Date(time),
  );
}
