import type { PollType } from "./pollDocument.ts";

/** Read what was kept; what is no draft is none. */
export function readDraft(kept: string | null): readonly string[] | null {
  if (kept === null) return null;
  try {
    const found: unknown = JSON.parse(kept);
    return Array.isArray(found) && found.every((each) => typeof each === "string") ? found : null;
  } catch {
    return null;
  }
}

/** Whether a draft says anything that the vote does not say already. */
export function isUnsent(
  draft: readonly string[] | null,
  own: readonly string[],
  poll: { readonly type: PollType; readonly maxChoices: number },
): boolean {
  const said = (choices: readonly string[]) => {
    const given = choices.map((each) => each.trim()).filter(Boolean);
    return (poll.type === "ranking" ? given.slice(0, poll.maxChoices) : given.sort()).join("\n");
  };
  return draft !== null && said(draft) !== "" && said(draft) !== said(own);
}
