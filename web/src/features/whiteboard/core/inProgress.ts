import type { BoardElement } from "./element.ts";

/** The parts of Excalidraw's state that say what the person is doing this moment. */
export interface Activity {
  readonly newElement: { readonly id: string } | null;
  readonly multiElement: { readonly id: string } | null;
  readonly editingTextElement: { readonly id: string } | null;
  readonly resizingElement: { readonly id: string } | null;
}

/**
 * Say whether an element is being drawn, dragged or typed right now.
 *
 * While the pointer is down everything that changes is in progress; a line made of clicks and a text being typed stay
 * in progress between clicks and keys. A label in progress holds its container too: the two grow together.
 */
export function isInProgress(element: BoardElement, activity: Activity, pointerDown: boolean): boolean {
  if (pointerDown) return true;
  const typed = activity.editingTextElement;
  return (
    element.id === activity.newElement?.id ||
    element.id === activity.multiElement?.id ||
    element.id === activity.resizingElement?.id ||
    element.id === typed?.id ||
    (typed !== null && (element.boundElements ?? []).some(({ id }) => id === typed.id))
  );
}
