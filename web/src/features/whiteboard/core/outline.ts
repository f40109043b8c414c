import { byIndexThenId, type BoardElement } from "./element.ts";

export interface OutlineEntry {
  readonly id: string;
  readonly type: string;
  /** Words on the element, if it carries any. */
  readonly text: string;
}

/** List a board for people who do not see it: top to bottom, left to right, labels with their shapes. */
export function outlineOf(elements: readonly BoardElement[]): OutlineEntry[] {
  const shown = elements.filter((element) => !element.isDeleted);
  const labels = new Map<string, string>();
  for (const element of shown) {
    if (element.type === "text" && element.containerId) labels.set(element.containerId, element.text);
  }
  const row = (element: BoardElement) => Math.round(element.y / 80);
  return shown
    .filter((element) => !(element.type === "text" && element.containerId))
    .sort((a, b) => row(a) - row(b) || a.x - b.x || byIndexThenId(a, b))
    .map((element) => ({
      id: element.id,
      type: element.type,
      text:
        element.type === "text"
          ? element.text
          : (labels.get(element.id) ?? ("name" in element ? (element.name ?? "") : "")),
    }));
}
