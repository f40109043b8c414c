import { describe, expect, it } from "vitest";
import { hostOf, isEmpty, safeAddress } from "./content.ts";

describe("what a lesson says", () => {
  it("links to the web and to people, and to nothing that runs", () => {
    for (const address of ["https://example.org/a?b#c", "http://example.org", "mailto:a@example.org"]) {
      expect(safeAddress(address)).toBe(address);
    }
    for (const address of [
      "javascript:alert(1)",
      " javascript:alert(1)",
      "data:text/html,x",
      "/classes",
      "",
      null,
      3,
    ]) {
      expect(safeAddress(address)).toBeNull();
    }
  });

  it("names hosts shortly", () => {
    expect(hostOf("https://www.example.org/x")).toBe("example.org");
    expect(hostOf("nothing")).toBe("nothing");
  });

  it("is empty without words, files or documents", () => {
    const doc = (...content: object[]) => ({ type: "doc", content }) as never;
    expect(isEmpty(doc({ type: "paragraph" }))).toBe(true);
    expect(isEmpty(doc({ type: "paragraph", content: [{ type: "text", text: "  " }] }))).toBe(true);
    expect(isEmpty(doc({ type: "paragraph", content: [{ type: "text", text: "雨" }] }))).toBe(false);
    expect(isEmpty(doc({ type: "embed", attrs: { document_id: "x" } }))).toBe(false);
  });
});
