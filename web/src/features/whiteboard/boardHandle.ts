import type { BoardElement } from "./core/element.ts";
import type { RescueCopy } from "@/collab/rescue.ts";

/** What the bar and the panels may ask of an open canvas. */
export interface BoardHandle {
  elements(): readonly BoardElement[];
  subscribe(changed: () => void): () => void;
  /** Bring an element into view and select it. */
  show(id: string): void;
  download(format: "png" | "svg" | "excalidraw"): Promise<void>;
  /** Put the unsaved elements of a rescue copy onto the board again, as new ones. Returns how many. */
  insert(copy: RescueCopy): number;
}
