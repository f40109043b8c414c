import { describe, expect, it, vi } from "vitest";
import { forgetPerson } from "./deviceStore.ts";
import { Drafts } from "./drafts.ts";

describe("what is typed and not yet sent", () => {
  it("is there again for whoever asks later, until it is sent", () => {
    new Drafts(sessionStorage).set("zoe.poll:1", ["half a sen"]);
    const later = new Drafts(sessionStorage);
    expect(later.kept("zoe.poll:1")).toBe('["half a sen"]');
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
    expect(drafts.kept("amir.poll:1")).toBe('["his"]');
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
    expect(drafts.kept("a")).toBe('["x"]');
    drafts.set("a", null);
    expect(drafts.kept("a")).toBeNull();
    expect(heard).toHaveBeenCalledTimes(2);
  });
});
