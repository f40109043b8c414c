import * as Y from "yjs";
import { isElement } from "@/components/drawing/isElement.ts";
import { plainCopy, type BoardElement } from "./element.ts";

/** Root names of a whiteboard document. */
export const ELEMENTS = "elements";
export const FILES = "files";

/** The board as the document holds it. Values are never handed out for changing: copy before you edit. */
export class SharedElements {
  private readonly map: Y.Map<unknown>;

  constructor(
    private readonly document: Y.Doc,
    /** Marks our own transactions, so that they are told from other people's. */
    readonly origin: object,
  ) {
    this.map = document.getMap(ELEMENTS);
  }

  /** Everything that can be drawn, by id; the rest of what the map may hold is passed over. */
  all(): Map<string, BoardElement> {
    const elements = new Map<string, BoardElement>();
    for (const [key, value] of this.map.entries()) {
      if (isElement(key, value)) elements.set(key, value);
    }
    return elements;
  }

  get(id: string): BoardElement | undefined {
    const value = this.map.get(id);
    return isElement(id, value) ? value : undefined;
  }

  /** Write in one transaction. */
  write(elements: readonly BoardElement[]): void {
    if (elements.length === 0) return;
    this.document.transact(() => {
      for (const element of elements) this.map.set(element.id, plainCopy(element));
    }, this.origin);
  }

  /** Call back when somebody else changed the map. */
  observe(changed: () => void): () => void {
    const listener = (_event: Y.YMapEvent<unknown>, transaction: Y.Transaction) => {
      if (transaction.origin !== this.origin) changed();
    };
    this.map.observe(listener);
    return () => this.map.unobserve(listener);
  }
}
