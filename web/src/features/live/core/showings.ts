import type { StageShowing } from "@/api/types.ts";
import type { Activity } from "./stage.ts";

/** Something that was on stage, however often: each thing once, where it was last. */
export interface Past {
  readonly id: string;
  readonly showing: StageShowing;
  /** It was over, each time, before one came. */
  readonly missed: boolean;
}

const thing = ({ kind, document_id, id }: StageShowing) => (kind === "video" ? "video" : (document_id ?? id));

/** What was on stage so far, in the order in which it was there last; without what is there now. */
export function soFar(showings: readonly StageShowing[], now: Activity): readonly Past[] {
  const found = new Map<string, Past>();
  for (const showing of showings) {
    const id = thing(showing);
    const missed = showing.missed && (found.get(id)?.missed ?? true);
    found.delete(id);
    found.set(id, { id, showing, missed });
  }
  const current = now.kind === "document" ? now.documentId : now.kind;
  found.delete(current);
  return [...found.values()];
}
