import { queryOptions } from "@tanstack/react-query";
import { body, type Api } from "@/api/client.ts";
import type { components } from "@/api/schema";

export type ProgressColumn = components["schemas"]["ProgressColumn"];
export type Summary = components["schemas"]["ProgressSummary"];
export type OwnType = components["schemas"]["NewColumn"]["type"];

/** Asking also lets the server find activities that have come since; the columns themselves then come live. */
const REFRESH_MILLISECONDS = 15_000;

/** In which document a class's progress is shown to this person, and what its columns lead to. */
export const progressQuery = (api: Api, classId: string) =>
  queryOptions({
    queryKey: ["classes", classId, "progress"],
    refetchInterval: REFRESH_MILLISECONDS,
    queryFn: () =>
      body(api.GET("/api/classes/{class_id}/progress", { params: { path: { class_id: classId } } })),
  });

export const summaryQuery = (api: Api, classId: string) =>
  queryOptions({
    queryKey: ["classes", classId, "progress", "summary"],
    staleTime: 0,
    queryFn: () =>
      body(api.GET("/api/classes/{class_id}/progress/summary", { params: { path: { class_id: classId } } })),
  });
