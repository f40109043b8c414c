/** What a person is told about their work, in one place and in words. */
export type SaveState =
  | { readonly kind: "connecting" }
  | { readonly kind: "saved" }
  | { readonly kind: "saving"; readonly changes: number }
  | { readonly kind: "offline"; readonly changes: number }
  | { readonly kind: "readOnly" }
  | { readonly kind: "refused" }
  | { readonly kind: "signedOut" }
  | { readonly kind: "ended" }
  | { readonly kind: "gone" };

/** Everything the words depend on. */
export interface SaveFacts {
  /** The socket: `online` only once the server has answered on it. */
  readonly link: "connecting" | "online" | "offline";
  /** What the server grants; unknown until it has authenticated us. */
  readonly scope: "readonly" | "read-write" | undefined;
  /** Messages sent whose commit the server has not confirmed, the handshake included. */
  readonly unacknowledged: number;
  /** Own changes that no commit has confirmed yet, counted by the person's steps. */
  readonly waiting: number;
  /** Pictures that are still on this device only. */
  readonly uploads: number;
  /** A final answer of the server, if there was one. */
  readonly verdict: "none" | "refused" | "signedOut" | "ended" | "gone";
}

/** Decide what to tell. A final verdict wins over the link, and the link over the counts. */
export function saveStateOf(facts: SaveFacts): SaveState {
  if (facts.verdict !== "none") return { kind: facts.verdict };
  const changes = facts.waiting + facts.uploads;
  if (facts.link === "offline") return { kind: "offline", changes };
  if (facts.link === "connecting" || facts.scope === undefined) {
    return changes > 0 ? { kind: "offline", changes } : { kind: "connecting" };
  }
  if (facts.scope === "readonly") return { kind: "readOnly" };
  if (facts.unacknowledged > 0 || changes > 0) return { kind: "saving", changes };
  return { kind: "saved" };
}

/** Whether leaving the page now could lose something: work that neither server nor this device keeps. */
export function losesWorkOnLeave(state: SaveState, keptOnDevice: boolean): boolean {
  return !keptOnDevice && (state.kind === "saving" || state.kind === "offline") && state.changes > 0;
}
