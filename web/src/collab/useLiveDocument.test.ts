import { describe, expect, it, vi } from "vitest";
import * as Y from "yjs";
import type { DocumentSession, SessionView } from "./documentSession.ts";
import { sessionsOn } from "./sharedSessions.ts";
import { liveDocumentOf, liveValue } from "./useLiveDocument.ts";

const document = new Y.Doc();
const OPEN: SessionView = {
  incarnation: { number: 1, document, awareness: null as never },
  ready: true,
  scope: "readonly",
  save: { kind: "readOnly" },
  keptOnDevice: true,
  rescue: null,
};
const paperSession = () => {
  const close = vi.fn();
  return { close, session: { close } as unknown as DocumentSession };
};

describe("a document that is mostly read", () => {
  it("is shown from this device's copy before the server has answered, and is not called synced", () => {
    const live = liveDocumentOf({ ...OPEN, scope: undefined, save: { kind: "connecting" } });
    expect(live).toMatchObject({ doc: document, synced: false, error: null, writable: false });
  });

  it("is synced once the server has sent its state, and not while it is offline again", () => {
    expect(liveDocumentOf(OPEN).synced).toBe(true);
    expect(liveDocumentOf({ ...OPEN, save: { kind: "offline", changes: 0 } }).synced).toBe(false);
  });

  it("is not shown before there is anything true to show", () => {
    expect(liveDocumentOf({ ...OPEN, ready: false }).doc).toBeNull();
  });

  it("says why the server will not show it", () => {
    expect(liveDocumentOf({ ...OPEN, ready: false, save: { kind: "gone" } }).error).toBe("gone");
  });
});

describe("a value read out of a document", () => {
  const read = (doc: Y.Doc) => ({ state: doc.getMap("poll").get("state") });

  it("stays the same object until the document changes, and is read again then", () => {
    const doc = new Y.Doc();
    const value = liveValue(doc, read);
    const told = vi.fn();
    const stop = value.subscribe(told);
    const before = value.get();
    expect(value.get()).toBe(before);
    doc.getMap("poll").set("state", "open");
    expect(told).toHaveBeenCalledTimes(1);
    expect(value.get()).toEqual({ state: "open" });
    stop();
    doc.getMap("poll").set("state", "closed");
    expect(told).toHaveBeenCalledTimes(1);
    expect(value.get()).toEqual({ state: "closed" });
  });
});

describe("the sessions on one socket", () => {
  it("are opened once per document and closed by the last who shows it", () => {
    const sessions = sessionsOn({});
    const { session, close } = paperSession();
    const create = vi.fn(() => session);
    expect(sessions.acquire("me:poll", create)).toBe(session);
    expect(sessions.acquire("me:poll", create)).toBe(session);
    expect(create).toHaveBeenCalledTimes(1);
    sessions.release("me:poll");
    expect(close).not.toHaveBeenCalled();
    sessions.release("me:poll");
    expect(close).toHaveBeenCalledTimes(1);
    sessions.release("me:poll");
    expect(close).toHaveBeenCalledTimes(1);
  });

  it("belong to their socket", () => {
    const socket = {};
    expect(sessionsOn(socket)).toBe(sessionsOn(socket));
    expect(sessionsOn({})).not.toBe(sessionsOn(socket));
  });
});
