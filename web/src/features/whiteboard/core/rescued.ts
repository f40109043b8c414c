import * as Y from "yjs";
import type { RescueCopy } from "@/collab/rescue.ts";
import { isElement } from "@/components/drawing/isElement.ts";
import { plainCopy, type BoardElement } from "./element.ts";
import { ELEMENTS, FILES } from "./sharedElements.ts";

function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) =>
    byte.toString(36).padStart(2, "0"),
  ).join("");
}

/** Read a rescue copy's elements: those not confirmed, or all of them. Deleted ones are left out. */
export function elementsOf(copy: RescueCopy, { all }: { all: boolean }): BoardElement[] {
  const document = new Y.Doc();
  Y.applyUpdate(document, copy.state);
  const unsaved = new Set(copy.keys);
  const elements = [...document.getMap(ELEMENTS).entries()]
    .filter(([key]) => all || unsaved.has(key))
    .flatMap(([key, value]) => (isElement(key, value) && !value.isDeleted ? [plainCopy(value)] : []));
  document.destroy();
  return elements;
}

/**
 * The unsaved elements of a rescue copy as new elements, on top of everything.
 *
 * New ids, because the old ones may live on in the document with another history; references among the copied
 * elements follow, references to others are cut.
 */
export function rescuedElements(copy: RescueCopy): { elements: BoardElement[]; files: Map<string, unknown> } {
  const originals = elementsOf(copy, { all: false });
  const ids = new Map(originals.map(({ id }) => [id, newId()]));
  const elements = originals.map((original) => {
    const element = plainCopy(original) as Record<string, unknown> & BoardElement;
    const follow = (id: unknown) => (typeof id === "string" ? (ids.get(id) ?? null) : null);
    const binding = (value: unknown) => {
      const target = follow((value as { elementId?: unknown } | null)?.elementId);
      return target ? { ...(value as object), elementId: target } : null;
    };
    return {
      ...element,
      id: ids.get(original.id) ?? newId(),
      index: null,
      version: 1,
      versionNonce: crypto.getRandomValues(new Uint32Array(1))[0] ?? 0,
      frameId: follow(element.frameId),
      boundElements: (original.boundElements ?? []).flatMap((bound) => {
        const id = follow(bound.id);
        return id ? [{ ...bound, id }] : [];
      }),
      ...("containerId" in element ? { containerId: follow(element.containerId) } : {}),
      ...("startBinding" in element ? { startBinding: binding(element.startBinding) } : {}),
      ...("endBinding" in element ? { endBinding: binding(element.endBinding) } : {}),
    } as unknown as BoardElement;
  });
  const document = new Y.Doc();
  Y.applyUpdate(document, copy.state);
  const stored = document.getMap<unknown>(FILES);
  const files = new Map<string, unknown>();
  for (const element of elements) {
    if (element.type !== "image" || !element.fileId) continue;
    const entry = stored.get(element.fileId);
    if (entry !== undefined) files.set(element.fileId, plainCopy(entry));
  }
  document.destroy();
  return { elements, files };
}
