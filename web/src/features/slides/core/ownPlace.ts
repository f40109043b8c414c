const PREFIX = "lectern.deck.";

/** Where somebody is in a deck whose pages everybody turns alone. */
export interface OwnPlace {
  readonly slideId: string | null;
  readonly roaming: boolean;
}

/** Where somebody was in a deck before this window was reloaded; null where nothing is known. */
export function recallPlace(deckId: string): OwnPlace | null {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(PREFIX + deckId) ?? "null");
    if (typeof kept !== "object" || kept === null || !("slideId" in kept) || !("roaming" in kept))
      return null;
    const { slideId, roaming } = kept;
    return typeof slideId === "string" || slideId === null ? { slideId, roaming: roaming === true } : null;
  } catch {
    return null;
  }
}

/** Keep it for this window; null forgets it. */
export function keepPlace(deckId: string, place: OwnPlace | null): void {
  try {
    if (place) sessionStorage.setItem(PREFIX + deckId, JSON.stringify(place));
    else sessionStorage.removeItem(PREFIX + deckId);
  } catch {
    // After a reload it is the teacher's slide.
  }
}
