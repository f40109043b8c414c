import { readFileSync } from "node:fs";
import { getSchema } from "@tiptap/core";
import { describe, expect, it } from "vitest";
import { lessonExtensions } from "./schema.ts";

/** The names that the server's schema has, from its source: `"name": _Kind(…)` and `"name": _none` or `_link`. */
function serverNames(pattern: RegExp): string[] {
  const source = readFileSync("../classroom/lessons/content.py", "utf8");
  return [...source.matchAll(pattern)].map((match) => match[1] ?? "").sort();
}

describe("the editor's schema", () => {
  const schema = getSchema(lessonExtensions(""));

  it("has the server's nodes, no more and no fewer", () => {
    const nodes = [...serverNames(/^ {8}"(\w+)": _Kind\(/gm), "text"].sort();
    expect(nodes.length).toBeGreaterThan(10);
    expect(Object.keys(schema.nodes).sort()).toEqual(nodes);
  });

  it("has the server's marks, no more and no fewer", () => {
    const marks = serverNames(/^ {8}"(\w+)": _(?:none|link),/gm);
    expect(marks.length).toBeGreaterThan(3);
    expect(Object.keys(schema.marks).sort()).toEqual(marks);
  });
});
