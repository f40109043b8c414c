import { describe, expect, it } from "vitest";
import type { HistoryBurst } from "@/api/types.ts";
import { byDay, timeOf } from "./moments.ts";

const burst = (started_at: string, ended_at: string, seq: number): HistoryBurst => ({
  first_seq: seq,
  last_seq: seq,
  started_at,
  ended_at,
  changes: 1,
  people: [],
  restored_seq: null,
  restored_at: null,
});
const local = (hour: number, day = 2) => new Date(2026, 2, day, hour, 5).toISOString();

describe("moments of a board", () => {
  it("stand under their days, in the person's own zone", () => {
    const bursts = [
      burst(local(1, 3), local(1, 3), 3),
      burst(local(22), local(23), 2),
      burst(local(0), local(0), 1),
    ];
    const days = byDay(bursts, "en-GB");
    expect(days.map(({ bursts: of }) => of.map(({ last_seq }) => last_seq))).toEqual([[3], [2, 1]]);
    expect(days[0]?.name).toContain("3 March 2026");
  });

  it("say from when to when somebody worked", () => {
    expect(timeOf(burst(local(9), local(10), 1), "en-GB")).toBe("09:05–10:05");
    expect(timeOf(burst(local(9), local(9), 1), "en-GB")).toBe("09:05");
  });
});
