import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { documentsQuery } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import type { BoardDocument } from "@/api/types.ts";

/** The kinds that a class can be shown on stage, in the order of the rail. */
export const STAGE_KINDS = ["whiteboard", "slides", "poll"] as const;
export type StageKind = (typeof STAGE_KINDS)[number];

export type Activities = Readonly<Record<StageKind, readonly BoardDocument[]>>;

const NONE: Activities = { whiteboard: [], slides: [], poll: [] };

/** What can be put on stage, oldest first: the order in which it was prepared. */
export function useActivities(classId: string): Activities {
  const { api } = useServices();
  const { data } = useQuery(documentsQuery(api, classId));
  return useMemo(() => {
    if (!data) return NONE;
    const oldestFirst = [...data].reverse();
    const of = (kind: StageKind) => oldestFirst.filter((document) => document.kind === kind);
    return { whiteboard: of("whiteboard"), slides: of("slides"), poll: of("poll") };
  }, [data]);
}

/** What comes after the document on stage; the first of all where nothing is. */
export function nextActivity(activities: Activities, shown: string | null): BoardDocument | null {
  const all = STAGE_KINDS.flatMap((kind) => activities[kind]);
  const at = all.findIndex(({ id }) => id === shown);
  return all[at + 1] ?? null;
}
