import { describe, expect, it } from "vitest";
import { piecesOf, windowOf } from "./window.ts";

const drawn = (pieces: ReturnType<typeof piecesOf>) =>
  pieces.map((piece) => ("index" in piece ? piece.index : `${piece.gap} before ${piece.before}`));

describe("the part of a list that is drawn", () => {
  it("is what is seen and some beyond it, within the list", () => {
    expect(windowOf(200, { offset: 0, length: 450, size: 45 })).toEqual({ from: 0, to: 20 });
    expect(windowOf(200, { offset: 4500, length: 450, size: 45 })).toEqual({ from: 92, to: 120 });
    expect(windowOf(200, { offset: 8550, length: 450, size: 45 })).toEqual({ from: 180, to: 200 });
    expect(windowOf(5, { offset: 0, length: 450, size: 45 })).toEqual({ from: 0, to: 5 });
    expect(windowOf(5, { offset: 9000, length: 450, size: 45 })).toEqual({ from: 5, to: 5 });
    expect(windowOf(0, { offset: 0, length: 450, size: 45 })).toEqual({ from: 0, to: 0 });
  });

  it("stays where it is while one scrolls a little", () => {
    const at = (offset: number) => windowOf(200, { offset, length: 450, size: 45 });
    expect(at(4540)).toEqual(at(4500));
  });

  it("leaves gaps for what is not drawn, and keeps one entry wherever it is", () => {
    expect(drawn(piecesOf(5, { from: 0, to: 5 }, 2))).toEqual([0, 1, 2, 3, 4]);
    expect(drawn(piecesOf(9, { from: 3, to: 5 }, null))).toEqual(["3 before 3", 3, 4, "4 before 9"]);
    expect(drawn(piecesOf(9, { from: 3, to: 5 }, 0))).toEqual([0, "2 before 3", 3, 4, "4 before 9"]);
    expect(drawn(piecesOf(9, { from: 3, to: 5 }, 2))).toEqual(["2 before 2", 2, 3, 4, "4 before 9"]);
    expect(drawn(piecesOf(9, { from: 3, to: 5 }, 8))).toEqual(["3 before 3", 3, 4, "3 before 8", 8]);
    expect(drawn(piecesOf(9, { from: 3, to: 5 }, 9))).toEqual(["3 before 3", 3, 4, "4 before 9"]);
    expect(drawn(piecesOf(9, { from: 3, to: 5 }, -1))).toEqual(["3 before 3", 3, 4, "4 before 9"]);
    expect(drawn(piecesOf(0, { from: 0, to: 0 }, 0))).toEqual([]);
  });
});
