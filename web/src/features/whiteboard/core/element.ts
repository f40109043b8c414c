import type { ExcalidrawElement, OrderedExcalidrawElement } from "@excalidraw/excalidraw/element/types";

export type BoardElement = OrderedExcalidrawElement;

const TYPES = new Set([
  "rectangle",
  "diamond",
  "ellipse",
  "text",
  "line",
  "arrow",
  "freedraw",
  "image",
  "frame",
  "magicframe",
  "embeddable",
  "iframe",
]);
/** Beyond this, canvas arithmetic loses the pixels; nobody draws there. */
const FARTHEST = 1e7;

function isPoint(value: unknown): boolean {
  return Array.isArray(value) && value.length >= 2 && value.every((part) => Number.isFinite(part));
}

function isPlace(value: unknown): boolean {
  return typeof value === "number" && Math.abs(value) <= FARTHEST;
}

/**
 * Say whether a value found in the document can be drawn.
 *
 * Any Yjs client with write access may put anything there; what is not an element is left alone and not shown.
 */
export function isElement(key: string, value: unknown): value is BoardElement {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const element = value as Record<string, unknown>;
  if (element["id"] !== key || typeof element["type"] !== "string" || !TYPES.has(element["type"]))
    return false;
  if (!["x", "y", "width", "height"].every((name) => isPlace(element[name]))) return false;
  if (!Number.isInteger(element["version"]) || !Number.isInteger(element["versionNonce"])) return false;
  if (element["index"] !== undefined && element["index"] !== null && typeof element["index"] !== "string") {
    return false;
  }
  if (["line", "arrow", "freedraw"].includes(element["type"])) {
    const points = element["points"];
    if (!Array.isArray(points) || !points.every(isPoint)) return false;
  }
  if (element["type"] === "text" && typeof element["text"] !== "string") return false;
  if (element["type"] === "image" && element["fileId"] != null && typeof element["fileId"] !== "string") {
    return false;
  }
  return element["groupIds"] === undefined || Array.isArray(element["groupIds"]);
}

/** What makes two states of one element the same state. */
export function stampOf(element: Pick<ExcalidrawElement, "version" | "versionNonce">): string {
  return `${element.version}:${element.versionNonce}`;
}

/** Excalidraw's own rule (`reconcileElements`): the higher version wins, then the lower nonce. */
export function isNewer(
  left: Pick<ExcalidrawElement, "version" | "versionNonce">,
  right: Pick<ExcalidrawElement, "version" | "versionNonce">,
): boolean {
  return (
    left.version > right.version || (left.version === right.version && left.versionNonce < right.versionNonce)
  );
}

/** A copy without anything that JSON does not know, safe to hand to Yjs (Excalidraw edits its objects in place). */
export function plainCopy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** Order of the scene: fractional index, then id, so that everybody stacks alike. */
export function byIndexThenId(left: BoardElement, right: BoardElement): number {
  const [a, b] = [left.index as string | null | undefined, right.index as string | null | undefined];
  if (a != null && b != null && a !== b) return a < b ? -1 : 1;
  if ((a == null) !== (b == null)) return a == null ? 1 : -1;
  return left.id < right.id ? -1 : left.id > right.id ? 1 : 0;
}
