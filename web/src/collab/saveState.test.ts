import { describe, expect, it } from "vitest";
import { losesWorkOnLeave, saveStateOf, type SaveFacts } from "./saveState.ts";

const CALM: SaveFacts = {
  link: "online",
  scope: "read-write",
  unacknowledged: 0,
  waiting: 0,
  uploads: 0,
  verdict: "none",
};
const told = (change: Partial<SaveFacts>) => saveStateOf({ ...CALM, ...change });

describe("what a person is told about their work", () => {
  it("is saved only when nothing waits for the server's word", () => {
    expect(told({})).toEqual({ kind: "saved" });
    expect(told({ unacknowledged: 1 })).toEqual({ kind: "saving", changes: 0 });
    expect(told({ waiting: 2 })).toEqual({ kind: "saving", changes: 2 });
    expect(told({ uploads: 1 })).toEqual({ kind: "saving", changes: 1 });
  });

  it("counts everything that only this device has while offline", () => {
    expect(told({ link: "offline", waiting: 2, uploads: 1 })).toEqual({ kind: "offline", changes: 3 });
    expect(told({ link: "offline" })).toEqual({ kind: "offline", changes: 0 });
  });

  it("does not hide waiting changes behind a connection attempt", () => {
    expect(told({ link: "connecting", waiting: 3 })).toEqual({ kind: "offline", changes: 3 });
    expect(told({ link: "connecting" })).toEqual({ kind: "connecting" });
    expect(told({ scope: undefined })).toEqual({ kind: "connecting" });
  });

  it("is read only when the server says so, whatever is under way", () => {
    expect(told({ scope: "readonly", unacknowledged: 1 })).toEqual({ kind: "readOnly" });
  });

  it("tells a final verdict before anything else", () => {
    for (const verdict of ["refused", "signedOut", "ended", "gone"] as const) {
      expect(told({ verdict, link: "offline", waiting: 4 })).toEqual({ kind: verdict });
    }
  });

  it("warns on leaving only where neither server nor device keeps the work", () => {
    expect(losesWorkOnLeave({ kind: "offline", changes: 2 }, false)).toBe(true);
    expect(losesWorkOnLeave({ kind: "saving", changes: 1 }, false)).toBe(true);
    expect(losesWorkOnLeave({ kind: "offline", changes: 2 }, true)).toBe(false);
    expect(losesWorkOnLeave({ kind: "offline", changes: 0 }, false)).toBe(false);
    expect(losesWorkOnLeave({ kind: "saved" }, false)).toBe(false);
  });
});
