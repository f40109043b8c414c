import { beforeEach, describe, expect, it } from "vitest";
import { keepPlace, recallPlace } from "./ownPlace.ts";

describe("somebody's own place in a deck", () => {
  beforeEach(() => sessionStorage.clear());

  it("is there again after a reload, for this deck alone", () => {
    keepPlace("deck", { slideId: "s5", roaming: true });
    keepPlace("other", { slideId: null, roaming: false });
    expect(recallPlace("deck")).toEqual({ slideId: "s5", roaming: true });
    expect(recallPlace("other")).toEqual({ slideId: null, roaming: false });
    expect(recallPlace("third")).toBeNull();
  });

  it("is forgotten when the class goes together again", () => {
    keepPlace("deck", { slideId: "s5", roaming: true });
    keepPlace("deck", null);
    expect(recallPlace("deck")).toBeNull();
  });

  it("is nowhere where something else stands in its place", () => {
    for (const odd of ["{", "5", "{}", '{"slideId":5,"roaming":true}']) {
      sessionStorage.setItem("lectern.deck.deck", odd);
      expect(recallPlace("deck")).toBeNull();
    }
  });
});
