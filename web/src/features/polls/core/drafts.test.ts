import { describe, expect, it } from "vitest";
import { isUnsent, readDraft } from "./drafts.ts";

describe("a draft", () => {
  it("is read as it was kept, and nothing else is", () => {
    expect(readDraft('["half a sen"]')).toEqual(["half a sen"]);
    expect(readDraft(null)).toBeNull();
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
