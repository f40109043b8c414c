import { Editor } from "@tiptap/core";
import { describe, expect, it } from "vitest";
import { insertBlock } from "./insertBlock.ts";
import { lessonExtensions } from "./schema.ts";

const video = (title: string) => ({ type: "video", attrs: { url: "https://example.org", title } });

describe("a block that is put into a text", () => {
  it("comes behind what is chosen, one after the other, and words go on behind it", () => {
    const editor = new Editor({
      element: null,
      extensions: lessonExtensions(""),
      content: { type: "doc", content: [{ type: "paragraph", content: [{ type: "text", text: "Rain" }] }] },
    });
    editor.commands.setTextSelection(5);
    insertBlock(editor, video("one"));
    insertBlock(editor, video("two"));
    editor.commands.insertContent("Snow");
    const said = editor
      .getJSON()
      .content.map((node) =>
        node.type === "video" ? String(node.attrs?.["title"]) : JSON.stringify(node.content?.[0]),
      )
      .filter(Boolean);
    expect(said).toEqual(['{"type":"text","text":"Rain"}', "one", "two", '{"type":"text","text":"Snow"}']);
  });
});
