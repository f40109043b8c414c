import { useMemo, useSyncExternalStore } from "react";
import { useMe } from "@/api/queries.ts";
import { Drafts } from "@/collab/drafts.ts";
import { readDraft } from "./core/drafts.ts";
import type { LivePoll } from "./core/pollDocument.ts";

const drafts = new Drafts(sessionStorage);

/** What this person has typed or picked in this round of a poll and not yet sent. */
export function useDraft(
  poll: Pick<LivePoll, "id" | "round">,
): readonly [readonly string[] | null, (draft: readonly string[] | null) => void] {
  const name = `${useMe().data?.id ?? ""}.${poll.id}:${poll.round}`;
  const kept = useSyncExternalStore(drafts.subscribe, () => drafts.kept(name));
  const draft = useMemo(() => readDraft(kept), [kept]);
  return [draft, (next) => drafts.set(name, next)];
}
