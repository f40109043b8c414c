import type { OrderedExcalidrawElement } from "@excalidraw/excalidraw/element/types";

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
export function isElement(key: string, value: unknown): value is OrderedExcalidrawElement {
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
