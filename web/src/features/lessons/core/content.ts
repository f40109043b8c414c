/** What a lesson says, as the server keeps it: ProseMirror's JSON, of nodes that its schema knows. */
export interface ContentNode {
  readonly type: string;
  readonly text?: string;
  readonly attrs?: Readonly<Record<string, unknown>>;
  readonly content?: readonly ContentNode[];
  readonly marks?: readonly { readonly type: string; readonly attrs?: Readonly<Record<string, unknown>> }[];
}

const SAFE_SCHEMES = ["http:", "https:", "mailto:"];

/** An address that may be a link; the server has checked it, too. */
export function safeAddress(value: unknown): string | null {
  if (typeof value !== "string") return null;
  try {
    return SAFE_SCHEMES.includes(new URL(value).protocol) ? value : null;
  } catch {
    return null;
  }
}

/** The host of an address, without what every host begins with. */
export function hostOf(address: string): string {
  try {
    return new URL(address).hostname.replace(/^www\./, "");
  } catch {
    return address;
  }
}

/** Whether there is nothing to read: no words, no files, no documents. */
export function isEmpty(node: ContentNode): boolean {
  if (node.type === "text") return !node.text?.trim();
  if (["image", "attachment", "video", "embed", "horizontalRule"].includes(node.type)) return false;
  return (node.content ?? []).every(isEmpty);
}
