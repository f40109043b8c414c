import type { HistoryBurst } from "@/api/types.ts";
import { moment, regional, timeOfDay } from "@/components/time.ts";

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
  return timeOfDay(burst.started_at, language, burst.ended_at);
}

/** A moment with its day. */
export const whenOf = moment;
