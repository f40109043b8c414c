import { describe, expect, it } from "vitest";
import type { Poll } from "../queries.ts";
import { EMPTY } from "./pollForm.ts";
import { PollInTheMaking } from "./pollMaking.ts";

const VALUES = { ...EMPTY, question: "Where?", options: "Here\nThere" };

/** A server whose next opening or change fails as often as is said. */
function server() {
  const told: string[] = [];
  const failing: Error[] = [];
  const fail = () => {
    const error = failing.shift();
    if (error) throw error;
  };
  return {
    told,
    failing,
    make: (poll: { question: string }) => {
      told.push(`make ${poll.question}`);
      return Promise.resolve({ ...poll, id: String(told.length) } as unknown as Poll);
    },
    change: async (poll: Poll, changes: { question?: string | null }) => {
      told.push(`change ${poll.id} ${changes.question}`);
      await Promise.resolve();
      fail();
      return poll;
    },
    open: async (poll: Poll) => {
      told.push(`open ${poll.id}`);
      await Promise.resolve();
      fail();
    },
    isTooLate: (error: unknown) => error instanceof RangeError,
  };
}

describe("a new poll", () => {
  it("is made once although it had to be opened twice", async () => {
    const making = new PollInTheMaking();
    const there = server();
    there.failing.push(new Error("no link"));
    await expect(making.save(VALUES, true, there)).rejects.toThrow("no link");
    await making.save(VALUES, true, there);
    expect(there.told).toEqual(["make Where?", "open 1", "open 1"]);
  });

  it("becomes what was changed in the form meanwhile, also where it is only kept", async () => {
    const making = new PollInTheMaking();
    const there = server();
    there.failing.push(new Error("no link"));
    await expect(making.save(VALUES, true, there)).rejects.toThrow("no link");
    await making.save({ ...VALUES, question: "Where now?" }, false, there);
    expect(there.told).toEqual(["make Where?", "open 1", "change 1 Where now?"]);
  });

  it("is made anew after one that is done, or that somebody has deleted or opened", async () => {
    const making = new PollInTheMaking();
    const there = server();
    await making.save(VALUES, false, there);
    there.failing.push(new Error("no link"), new RangeError());
    await expect(making.save(VALUES, true, there)).rejects.toThrow("no link");
    await making.save({ ...VALUES, question: "Else?" }, true, there);
    expect(there.told).toEqual([
      "make Where?",
      "make Where?",
      "open 2",
      "change 2 Else?",
      "make Else?",
      "open 5",
    ]);
  });
});
