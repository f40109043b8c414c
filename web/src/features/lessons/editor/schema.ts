import { mergeAttributes, Node } from "@tiptap/core";
import { ReactNodeViewRenderer } from "@tiptap/react";
import { Placeholder } from "@tiptap/extensions";
import StarterKit from "@tiptap/starter-kit";
import { EmbedChip, FileChip, PictureChip, VideoChip } from "./chips.tsx";

/** A block that is one thing: it is chosen, moved and deleted as a whole. */
const block = { group: "block", atom: true, draggable: true, selectable: true } as const;

/** A board, deck or poll of the class. */
const Embed = Node.create({
  name: "embed",
  ...block,
  addAttributes: () => ({ document_id: { default: null } }),
  parseHTML: () => [{ tag: "div[data-embed]" }],
  renderHTML: ({ HTMLAttributes }) => ["div", mergeAttributes(HTMLAttributes, { "data-embed": "" })],
  addNodeView: () => ReactNodeViewRenderer(EmbedChip),
});

/** A video: of another site by its address. */
const Video = Node.create({
  name: "video",
  ...block,
  addAttributes: () => ({ file_id: { default: null }, url: { default: null }, title: { default: "" } }),
  parseHTML: () => [{ tag: "div[data-video]" }],
  renderHTML: ({ HTMLAttributes }) => ["div", mergeAttributes(HTMLAttributes, { "data-video": "" })],
  addNodeView: () => ReactNodeViewRenderer(VideoChip),
});

/** A picture, with what it shows in words. */
const Picture = Node.create({
  name: "image",
  ...block,
  addAttributes: () => ({ file_id: { default: null }, alt: { default: "" } }),
  parseHTML: () => [{ tag: "div[data-picture]" }],
  renderHTML: ({ HTMLAttributes }) => ["div", mergeAttributes(HTMLAttributes, { "data-picture": "" })],
  addNodeView: () => ReactNodeViewRenderer(PictureChip),
});

/** A file to download. */
const Attachment = Node.create({
  name: "attachment",
  ...block,
  addAttributes: () => ({ file_id: { default: null } }),
  parseHTML: () => [{ tag: "div[data-attachment]" }],
  renderHTML: ({ HTMLAttributes }) => ["div", mergeAttributes(HTMLAttributes, { "data-attachment": "" })],
  addNodeView: () => ReactNodeViewRenderer(FileChip),
});

/** The same schema as the server's (`classroom/lessons/content.py`): what it does not know cannot be written. */
export function lessonExtensions(placeholder: string) {
  return [
    StarterKit.configure({
      heading: { levels: [1, 2, 3] },
      link: {
        openOnClick: false,
        autolink: true,
        defaultProtocol: "https",
        protocols: ["http", "https", "mailto"],
      },
    }),
    Placeholder.configure({ placeholder }),
    Embed,
    Video,
    Picture,
    Attachment,
  ];
}
