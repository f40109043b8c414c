import { infiniteQueryOptions, queryOptions, type QueryClient } from "@tanstack/react-query";
import { body, type Api } from "@/api/client.ts";
import type { components } from "@/api/schema";

type Schemas = components["schemas"];

export type Gradebook = Schemas["Gradebook"];
export type GradeItem = Schemas["GradeItem"];
export type StudentRow = Schemas["StudentRow"];
export type Grade = Schemas["Grade"];
export type GradeChange = Schemas["GradeChange"];
export type LoggedChange = Schemas["LoggedChange"];
export type TablePreview = Schemas["TablePreview"];

const REFRESH_MILLISECONDS = 5_000;
const PAGE = 100;

/** One's own row of a class's gradebook. */
export const ownBookQuery = (api: Api, classId: string) =>
  queryOptions({
    queryKey: ["classes", classId, "grades", "own"],
    staleTime: 0,
    refetchInterval: REFRESH_MILLISECONDS,
    queryFn: () =>
      body(api.GET("/api/classes/{class_id}/grades", { params: { path: { class_id: classId } } })),
  });

/** A class's gradebook as a long list of its students, by name: those with a text in their names or addresses. */
export const bookList = (api: Api, classId: string, query: string) => ({
  queryKey: ["classes", classId, "grades", "book", query],
  fetchPage: (cursor: string | null, signal: AbortSignal): Promise<Gradebook> =>
    body(
      api.GET("/api/classes/{class_id}/grades", {
        params: {
          path: { class_id: classId },
          query: { limit: PAGE, ...(query ? { query } : {}), ...(cursor ? { cursor } : {}) },
        },
        signal,
      }),
    ),
});

export const changesQuery = (api: Api, classId: string, about: { item_id?: string; user_id?: string }) =>
  infiniteQueryOptions({
    queryKey: ["classes", classId, "grades", "changes", about.item_id ?? "", about.user_id ?? ""],
    staleTime: 0,
    initialPageParam: null as string | null,
    getNextPageParam: (page: Schemas["ChangePage"]) => page.next_cursor,
    queryFn: ({ pageParam }: { pageParam: string | null }) =>
      body(
        api.GET("/api/classes/{class_id}/grades/changes", {
          params: {
            path: { class_id: classId },
            query: { limit: PAGE, ...about, ...(pageParam ? { cursor: pageParam } : {}) },
          },
        }),
      ),
  });

export const bookChanged = (client: QueryClient, classId: string): Promise<void> =>
  client.invalidateQueries({ queryKey: ["classes", classId, "grades"] });
