import type { ExcalidrawElement, OrderedExcalidrawElement } from "@excalidraw/excalidraw/element/types";

export type BoardElement = OrderedExcalidrawElement;

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
