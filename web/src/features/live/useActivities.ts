import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { documentsQuery, pollsQuery } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";

/** The kinds that a class can be shown on stage, in the order of the rail. */
export const STAGE_KINDS = ["whiteboard", "slides", "poll"] as const;
export type StageKind = (typeof STAGE_KINDS)[number];

/** Something that can be put on stage. `prepared`: a poll that nobody but teachers has seen yet. */
export interface Thing {
  readonly id: string;
  readonly kind: StageKind;
  readonly title: string;
  readonly prepared: boolean;
}

export type Activities = Readonly<Record<StageKind, readonly Thing[]>>;

const NONE: Activities = { whiteboard: [], slides: [], poll: [] };

/** What can be put on stage, oldest first: the order in which it was prepared. */
export function useActivities(classId: string, teaches: boolean): Activities {
  const { api } = useServices();
  const { data } = useQuery(documentsQuery(api, classId));
  const { data: polls } = useQuery({ ...pollsQuery(api, classId), enabled: teaches });
  return useMemo(() => {
    if (!data) return NONE;
    const oldestFirst = [...data].reverse();
    const of = (kind: StageKind): Thing[] =>
      oldestFirst
        .filter((document) => document.kind === kind)
        .map(({ id, title }) => ({ id, kind, title, prepared: false }));
    const prepared = (polls ?? [])
      .filter(({ state }) => state === "draft")
      .map(({ document_id: id, question: title }): Thing => ({ id, kind: "poll", title, prepared: true }));
    return {
      whiteboard: of("whiteboard"),
      slides: of("slides"),
      poll: [...of("poll"), ...prepared.reverse()],
    };
  }, [data, polls]);
}

/** What comes after the document on stage; the first of all where nothing is. */
export function nextActivity(activities: Activities, shown: string | null): Thing | null {
  const all = STAGE_KINDS.flatMap((kind) => activities[kind]);
  const at = all.findIndex(({ id }) => id === shown);
  return all[at + 1] ?? null;
}
