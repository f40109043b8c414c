import { describe, expect, it, vi } from "vitest";
import { Problem, Unreachable } from "@/api/problem.ts";
import type { DeviceStore } from "@/collab/deviceStore.ts";
import { Ballots, fateOf, ownVote, type Fate, type SentBallot } from "./ballots.ts";

function paperDevice(): DeviceStore {
  const kept = new Map<string, unknown>();
  return {
    get: (key) => Promise.resolve(structuredClone(kept.get(key))),
    put: (key, value) => Promise.resolve(void kept.set(key, structuredClone(value))),
    remove: (key) => Promise.resolve(void kept.delete(key)),
    keys: (prefix) => Promise.resolve([...kept.keys()].filter((key) => key.startsWith(prefix))),
  };
}

const POLL = { id: "p", round: 1, anonymous: false };
const refusal = (status: number, code: string) => new Problem(status, code);

describe("a vote", () => {
  it("counts when the server says so", async () => {
    const sent: SentBallot[] = [];
    const ballots = new Ballots("me", paperDevice(), (_, ballot) => Promise.resolve(sent.push(ballot)));
    await ballots.cast(POLL, ["o1"]);
    expect(sent).toEqual([{ choices: ["o1"], round: 1 }]);
    expect(ballots.view("p", 1).get()).toMatchObject({ choices: ["o1"], fate: "counted" });
  });

  it("given without a connection waits on this device, over a reload, and is sent when the link returns", async () => {
    const device = paperDevice();
    const offline = new Ballots("me", device, () => Promise.reject(new Unreachable()));
    await offline.cast(POLL, ["o1"]);
    expect(offline.view("p", 1).get()?.fate).toBe("waiting");
    expect(await offline.sendWaiting()).toBe(false);

    const send = vi.fn(() => Promise.resolve());
    const later = new Ballots("me", device, send);
    expect(await later.sendWaiting()).toBe(true);
    expect(send).toHaveBeenCalledWith("p", { choices: ["o1"], round: 1 });
    await vi.waitFor(() => expect(later.view("p", 1).get()?.fate).toBe("counted"));
    expect(await later.sendWaiting()).toBe(true);
    expect(send).toHaveBeenCalledTimes(1);
  });

  it("that comes too late is told so, once and for all", async () => {
    const send = vi.fn(() => Promise.reject(refusal(409, "poll_closed")));
    const ballots = new Ballots("me", paperDevice(), send);
    await ballots.cast(POLL, ["o1"]);
    expect(ballots.view("p", 1).get()?.fate).toBe("late");
    expect(await ballots.sendWaiting()).toBe(true);
    expect(send).toHaveBeenCalledTimes(1);
  });

  it("in an anonymous poll keeps its secret when it is replaced, and has another one in the next round", async () => {
    const sent: SentBallot[] = [];
    const ballots = new Ballots("me", paperDevice(), (_, ballot) => Promise.resolve(sent.push(ballot)));
    await ballots.cast({ ...POLL, anonymous: true }, ["o1"]);
    await ballots.cast({ ...POLL, anonymous: true }, ["o2"]);
    await ballots.cast({ ...POLL, anonymous: true, round: 2 }, ["o2"]);
    const [first, second, third] = sent.map(({ secret }) => secret);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it("replaced while it is on its way is sent after it, and the newer one is what is told", async () => {
    const sent: SentBallot[] = [];
    let arrive: () => void = () => undefined;
    const ballots = new Ballots("me", paperDevice(), (_, ballot) => {
      sent.push(ballot);
      return sent.length === 1 ? new Promise<void>((resolve) => (arrive = resolve)) : Promise.resolve();
    });
    const first = ballots.cast(POLL, ["o1"]);
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    const second = ballots.cast(POLL, ["o2"]);
    await vi.waitFor(() => expect(ballots.view("p", 1).get()?.choices).toEqual(["o2"]));
    arrive();
    await Promise.all([first, second]);
    expect(sent.map(({ choices }) => choices)).toEqual([["o1"], ["o2"]]);
    expect(ballots.view("p", 1).get()).toMatchObject({ choices: ["o2"], fate: "counted" });
  });

  it("is kept apart from other people's on the same device", async () => {
    const device = paperDevice();
    await new Ballots("me", device, () => Promise.reject(new Unreachable())).cast(POLL, ["o1"]);
    const send = vi.fn(() => Promise.resolve());
    expect(await new Ballots("other", device, send).sendWaiting()).toBe(true);
    expect(send).not.toHaveBeenCalled();
  });
});

it("tells from an answer what became of a vote", () => {
  expect(fateOf(new Unreachable())).toBeNull();
  expect(fateOf(refusal(503, "overloaded"))).toBeNull();
  expect(fateOf(refusal(401, "token_expired"))).toBeNull();
  expect(fateOf(refusal(409, "poll_round_over"))).toBe("late");
  expect(fateOf(refusal(409, "ballot_sealed"))).toBe("sealed");
  expect(fateOf(refusal(422, "unknown_option"))).toBe("refused");
  expect(fateOf(new Error("a bug"))).toBe("refused");
});

describe("what a person is shown of their own vote", () => {
  const kept = (fate: Fate, settledAt?: number) => ({
    pollId: "p",
    round: 1,
    choices: ["o1"],
    secret: null,
    fate,
    ...(settledAt === undefined ? {} : { settledAt }),
  });
  const served = { voted: true, choices: ["o2"], at: 200 };

  it("is the server's word where this device keeps nothing", () => {
    expect(ownVote(null, null, false)).toEqual({ choices: [], fate: null });
    expect(ownVote(null, { ...served, voted: false, choices: [] }, false)).toEqual({
      choices: [],
      fate: null,
    });
    expect(ownVote(null, served, false)).toEqual({ choices: ["o2"], fate: "counted" });
    expect(ownVote(null, { ...served, choices: [] }, true)).toEqual({ choices: [], fate: "sealed" });
  });

  it("is what was cast here until the server has told of a later one", () => {
    expect(ownVote(kept("waiting"), served, false)).toEqual({ choices: ["o1"], fate: "waiting" });
    expect(ownVote(kept("counted", 300), served, false)).toEqual({ choices: ["o1"], fate: "counted" });
    expect(ownVote(kept("counted", 100), served, false)).toEqual({ choices: ["o2"], fate: "counted" });
    expect(ownVote(kept("counted"), served, false)).toEqual({ choices: ["o2"], fate: "counted" });
    expect(ownVote(kept("counted", 100), null, false)).toEqual({ choices: ["o1"], fate: "counted" });
    expect(ownVote(kept("counted", 100), { ...served, choices: [] }, true)).toEqual({
      choices: ["o1"],
      fate: "counted",
    });
  });

  it("is what counts where the one from here does not", () => {
    expect(ownVote(kept("late", 300), served, false)).toEqual({ choices: ["o2"], fate: "late" });
    expect(ownVote(kept("refused", 300), null, false)).toEqual({ choices: [], fate: "refused" });
  });
});
