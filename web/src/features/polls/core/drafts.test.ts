import { describe, expect, it, vi } from "vitest";
import { forgetPerson } from "@/collab/deviceStore.ts";
import { Drafts } from "@/collab/drafts.ts";
import { isUnsent, readDraft } from "./drafts.ts";

describe("a draft", () => {
  it("is there again for whoever asks later, until it is sent", () => {
    new Drafts(sessionStorage).set("zoe.poll:1", ["half a sen"]);
    const later = new Drafts(sessionStorage);
    expect(readDraft(later.kept("zoe.poll:1"))).toEqual(["half a sen"]);
    expect(later.kept("zoe.poll:2")).toBeNull();
    expect(later.kept("amir.poll:1")).toBeNull();
    later.set("zoe.poll:1", null);
    expect(later.kept("zoe.poll:1")).toBeNull();
  });

  it("goes when its owner signs out, and nobody else's with it", async () => {
    const drafts = new Drafts(sessionStorage);
    drafts.set("zoe.poll:1", ["mine"]);
    drafts.set("amir.poll:1", ["his"]);
    await forgetPerson("zoe");
    expect(drafts.kept("zoe.poll:1")).toBeNull();
    expect(readDraft(drafts.kept("amir.poll:1"))).toEqual(["his"]);
  });

  it("appears while it is typed even where the browser keeps nothing", () => {
    const refusing = {
      getItem: () => null,
      setItem: () => {
        throw new DOMException("full", "QuotaExceededError");
      },
      removeItem: () => undefined,
    } as unknown as Storage;
    const drafts = new Drafts(refusing);
    const heard = vi.fn();
    drafts.subscribe(heard);
    drafts.set("a", ["x"]);
    expect(readDraft(drafts.kept("a"))).toEqual(["x"]);
    drafts.set("a", null);
    expect(drafts.kept("a")).toBeNull();
    expect(heard).toHaveBeenCalledTimes(2);
  });

  it("that is none is not read", () => {
    expect(readDraft("{")).toBeNull();
    expect(readDraft("[1]")).toBeNull();
    expect(readDraft('"x"')).toBeNull();
  });

  it("is unsent when it says something that the vote does not", () => {
    const text = { type: "open_text", maxChoices: 1 } as const;
    expect(isUnsent(null, [], text)).toBe(false);
    expect(isUnsent(["  "], ["leaf"], text)).toBe(false);
    expect(isUnsent(["leaf "], ["leaf"], text)).toBe(false);
    expect(isUnsent(["leaves"], ["leaf"], text)).toBe(true);
    expect(isUnsent(["b", "a"], ["a", "b"], { type: "multiple", maxChoices: 2 })).toBe(false);
    expect(isUnsent(["b", "a"], ["a", "b"], { type: "ranking", maxChoices: 2 })).toBe(true);
    expect(isUnsent(["a", "b", "c"], ["a", "b"], { type: "ranking", maxChoices: 2 })).toBe(false);
  });
});
