import { describe, expect, it } from "vitest";
import { pieces } from "./links.ts";

const addresses = (text: string) => pieces(text).flatMap((piece) => (piece.address ? [piece.text] : []));

describe("the addresses in a text", () => {
  it("are found among words of any script, and nothing of the text is lost", () => {
    const text = "See https://example.org/a?b=1#c and 看 http://例え.jp/道 （x）\nhttps://last.example";
    expect(addresses(text)).toEqual([
      "https://example.org/a?b=1#c",
      "http://例え.jp/道",
      "https://last.example",
    ]);
    expect(
      pieces(text)
        .map((piece) => piece.text)
        .join(""),
    ).toBe(text);
  });

  it("end where the sentence goes on", () => {
    expect(
      addresses("Read https://example.org/a. (Or https://example.org/b)! “https://example.org/c”"),
    ).toEqual(["https://example.org/a", "https://example.org/b", "https://example.org/c"]);
  });

  it("are only those of pages", () => {
    for (const text of ["", "plain", "javascript:alert(1)", "http://", "https:// x", "data:text/html,x"]) {
      expect(addresses(text)).toEqual([]);
    }
  });
});
