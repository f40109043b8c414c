import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { pseudo } from "@/components/languages.ts";
import de from "./de/index.ts";
import en from "./en/index.ts";

type Words = { readonly [key: string]: string | Words };

function flat(words: Words, before = ""): Map<string, string> {
  return new Map(
    Object.entries(words).flatMap(([key, value]) =>
      typeof value === "string" ? [[before + key, value] as const] : [...flat(value, `${before}${key}.`)],
    ),
  );
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.tsx?$/.test(entry.name) && !/\.test\.tsx?$|\.d\.ts$/.test(entry.name) ? [path] : [];
  });
}

/** The development page shows made-up words. */
const NOT_FOR_PEOPLE = ["ComponentsPage.tsx"];
const SHOWN_ATTRIBUTES = new Set([
  "label",
  "title",
  "placeholder",
  "description",
  "aria-label",
  "alt",
  "heading",
  "submit",
]);
/** Names and examples that are the same in every language. */
const EVERYWHERE = new Set(["Lectern", "ABCD-EFGH", "Ctrl K", "+", "·"]);

const english = flat(en);
const german = flat(de);

describe("the words", () => {
  it("are complete in German", () => {
    expect([...german.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it("use the same placeholders in both languages", () => {
    const placeholders = (text = "") => (text.match(/{{\w+}}/g) ?? []).sort();
    for (const [key, text] of english) expect(placeholders(german.get(key)), key).toEqual(placeholders(text));
  });

  it("are all used somewhere", () => {
    const code = sources("src")
      .map((path) => readFileSync(path, "utf8"))
      .join("\n");
    const unused = [...english.keys()].filter((key) => {
      const base = key.replace(/_(zero|one|other)$/, "");
      const stem = base.slice(0, base.lastIndexOf(".") + 1);
      return !code.includes(`"${base}"`) && !code.includes("`" + stem + "${");
    });
    expect(unused).toEqual([]);
  });

  it("are never written into a page directly", () => {
    const found: string[] = [];
    for (const path of sources("src").filter(
      (path) => path.endsWith(".tsx") && !NOT_FOR_PEOPLE.some((name) => path.endsWith(name)),
    )) {
      const file = ts.createSourceFile(
        path,
        readFileSync(path, "utf8"),
        ts.ScriptTarget.Latest,
        true,
        ts.ScriptKind.TSX,
      );
      const report = (text: string) => {
        const words = text.trim();
        if (/\p{L}/u.test(words) && !EVERYWHERE.has(words)) found.push(`${path}: ${words}`);
      };
      const visit = (node: ts.Node): void => {
        if (ts.isJsxText(node)) report(node.text);
        if (
          ts.isJsxAttribute(node) &&
          SHOWN_ATTRIBUTES.has(node.name.getText()) &&
          node.initializer &&
          ts.isStringLiteral(node.initializer)
        ) {
          report(node.initializer.text);
        }
        ts.forEachChild(node, visit);
      };
      visit(file);
    }
    expect(found).toEqual([]);
  });

  it("keep their placeholders in the made-up test language", () => {
    expect(flat(pseudo(en)).get("nav.account")).toBe("Áccóúnt óf {{name}}");
  });
});
