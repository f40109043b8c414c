import { describe, expect, it } from "vitest";
import type { StageShowing } from "@/api/types.ts";
import { soFar } from "./showings.ts";

function shown(what: string, missed: boolean, kind: "document" | "video" = "document"): StageShowing {
  return {
    id: `${what} ${Math.random()}`,
    kind,
    document_id: kind === "video" ? null : what,
    document_kind: kind === "video" ? null : "whiteboard",
    title: kind === "video" ? null : what,
    put_by: "Thea",
    shown_at: "2026-11-21T12:00:00.000Z",
    ended_at: "2026-11-21T12:05:00.000Z",
    missed,
  };
}

const names = (past: ReturnType<typeof soFar>) => past.map(({ id, missed }) => [id, missed]);

describe("what was on stage", () => {
  it("is each thing once, where it was last, without what is there now", () => {
    const all = [shown("a", true), shown("v", true, "video"), shown("b", true), shown("a", true)];
    expect(names(soFar(all, { kind: "none" }))).toEqual([
      ["video", true],
      ["b", true],
      ["a", true],
    ]);
    const now = { kind: "document", documentId: "b", documentKind: "whiteboard", title: "b", slideId: null };
    expect(names(soFar(all, now as Parameters<typeof soFar>[1]))).toEqual([
      ["video", true],
      ["a", true],
    ]);
    expect(names(soFar(all, { kind: "video" }))).toEqual([
      ["b", true],
      ["a", true],
    ]);
  });

  it("was missed only where one was there no time", () => {
    expect(names(soFar([shown("a", true), shown("a", false)], { kind: "none" }))).toEqual([["a", false]]);
  });

  it("keeps what is no longer open apart", () => {
    const closed = { ...shown("a", true), document_id: null };
    expect(soFar([closed, { ...closed, id: "other" }], { kind: "none" })).toHaveLength(2);
  });
});
