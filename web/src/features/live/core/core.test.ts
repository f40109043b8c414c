import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { countdown, secondsLeft } from "./clock.ts";
import { keep, type KeptView } from "./kept.ts";
import { presentPeople } from "./people.ts";
import { penOnStage, readStage } from "./stage.ts";

function stageOf(stage: Record<string, unknown>, hands: unknown[] = []): Y.Doc {
  const doc = new Y.Doc();
  for (const [key, value] of Object.entries(stage)) doc.getMap("stage").set(key, value);
  doc.getArray("hands").push(hands);
  return doc;
}

describe("the stage", () => {
  it("is read as the server wrote it", () => {
    const doc = stageOf(
      {
        state: "running",
        activity: { kind: "document", document_id: "d", document_kind: "slides", title: "T", slide_id: "s" },
        put_by: { user_id: "t", name: "Thea" },
        presenter: { user_id: "z", name: "Zoë" },
        locked: true,
        roam: true,
        timer: { ends_at: "2026-11-21T12:00:00.000Z" },
      },
      [{ user_id: "z", name: "Zoë", raised_at: "2026-11-21T11:00:00.000Z" }],
    );
    expect(readStage(doc)).toEqual({
      running: true,
      activity: { kind: "document", documentId: "d", documentKind: "slides", title: "T", slideId: "s" },
      putBy: { userId: "t", name: "Thea" },
      presenter: { userId: "z", name: "Zoë" },
      locked: true,
      roam: true,
      timerEndsAt: Date.UTC(2026, 10, 21, 12),
      hands: [{ userId: "z", name: "Zoë", raisedAt: Date.UTC(2026, 10, 21, 11) }],
    });
  });

  it("gives the pen to who presents, and takes it from the others where it is locked", () => {
    const activity = { kind: "document", document_id: "d", document_kind: "slides", title: "T" };
    const presenter = { user_id: "z", name: "Zoë" };
    const open = readStage(stageOf({ activity, presenter, locked: false }));
    const locked = readStage(stageOf({ activity, presenter, locked: true }));
    expect([penOnStage(open, "d", "z"), penOnStage(open, "d", "a")]).toEqual(["given", undefined]);
    expect([penOnStage(locked, "d", "z"), penOnStage(locked, "d", "a")]).toEqual(["given", "taken"]);
    expect(penOnStage(locked, "other", "z")).toBeUndefined();
    expect(penOnStage(readStage(stageOf({ locked: true })), "d", "z")).toBeUndefined();
  });

  it("shows nothing where it is not understood, and never throws", () => {
    const nothing = {
      running: true,
      activity: { kind: "none" },
      putBy: null,
      presenter: null,
      locked: false,
      roam: false,
      timerEndsAt: null,
      hands: [],
    };
    expect(readStage(new Y.Doc())).toEqual(nothing);
    const odd = stageOf(
      {
        activity: { kind: "document" },
        put_by: 3,
        presenter: { user_id: 1 },
        locked: "yes",
        timer: { ends_at: "soon" },
      },
      [null, "hand", { user_id: "z", name: "Zoë", raised_at: 4 }],
    );
    expect(readStage(odd)).toEqual(nothing);
    expect(readStage(stageOf({ activity: 7, timer: [] })).activity).toEqual({ kind: "none" });
    expect(readStage(stageOf({ activity: { kind: "video" } })).activity).toEqual({ kind: "video" });
    expect(readStage(stageOf({ state: "ended" })).running).toBe(false);
  });
});

describe("who is here", () => {
  const user = (id: string, name: string, role = "student") => ({
    user: { id, name, role, color: "#123456" },
  });

  it("counts each person once, teachers first, then by name", () => {
    const me = { id: "m", name: "Mei", role: "student", color: "#000000" };
    const states = [
      user("z", "Zoë"),
      user("m", "Another"),
      user("t", "Thea", "teacher"),
      user("z", "Zoë"),
      user("a", "Émile"),
    ];
    expect(presentPeople(states, me, "en").map(({ name }) => name)).toEqual(["Thea", "Émile", "Mei", "Zoë"]);
  });

  it("leaves out what says no name, and takes no colour that is none", () => {
    const states = [
      null,
      {},
      { user: null },
      { user: { id: 1 } },
      { user: { id: "x", name: "X", color: "red;" } },
    ];
    expect(presentPeople(states, null, "en")).toEqual([{ id: "x", name: "X", role: "", color: "#5b6770" }]);
  });
});

describe("the clock", () => {
  it("counts down to nothing", () => {
    expect([7_001, 7_000, 1, 0, -5].map((left) => secondsLeft(left, 0))).toEqual([8, 7, 1, 0, 0]);
    expect([0, 7, 750, 3909].map(countdown)).toEqual(["0:00", "0:07", "12:30", "1:05:09"]);
  });
});

describe("what stays mounted", () => {
  const shown = (...ids: string[]) =>
    ids.reduce<readonly KeptView[]>(
      (views, documentId) => keep(views, { documentId, documentKind: "whiteboard" }, 3),
      [],
    );

  it("is what was shown last, in the order of the first showing", () => {
    expect(shown("a", "b", "a", "c").map(({ documentId }) => documentId)).toEqual(["a", "b", "c"]);
    expect(shown("a", "b", "a", "c", "d").map(({ documentId }) => documentId)).toEqual(["a", "c", "d"]);
  });

  it("is the same list while the same is shown", () => {
    const views = shown("a", "b");
    expect(keep(views, { documentId: "b", documentKind: "whiteboard" }, 3)).toBe(views);
  });
});
