import { keepPreviousData, queryOptions, useQuery, type QueryClient } from "@tanstack/react-query";
import { body, type Api } from "./client.ts";
import { useServices } from "./services.tsx";
import type {
  BoardDocument,
  ClassRoom,
  ClassSession,
  Member,
  OpenRoom,
  Poll,
  StageShowing,
} from "./types.ts";

/** Lists in one page are enough for a school; a longer one is followed to its end, up to this many pages. */
const MOST_PAGES = 20;

/** Who joins, and what is shared, appears by itself while a list is looked at. */
const LIST_REFRESH_MILLISECONDS = 5_000;
/** A list of many pages is asked for less often: each look costs a request per page. */
const LONG_LIST_REFRESH_MILLISECONDS = 60_000;
const LONG_LIST_ITEMS = 500;

async function everyPage<T>(
  fetchPage: (query: {
    cursor?: string;
    limit: number;
  }) => Promise<{ items: T[]; next_cursor?: string | null }>,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await fetchPage({ limit: 100, ...(cursor ? { cursor } : {}) });
    items.push(...answer.items);
    cursor = answer.next_cursor;
    if (!cursor) break;
  }
  return items;
}

export const meQuery = (api: Api) =>
  queryOptions({ queryKey: ["me"], queryFn: () => body(api.GET("/api/me")), staleTime: 60_000 });

/** What this school offers before anybody is signed in. */
export const authOptionsQuery = (api: Api) =>
  queryOptions({ queryKey: ["auth-options"], queryFn: () => body(api.GET("/api/auth/options")) });

export const classesQuery = (api: Api) =>
  queryOptions({
    queryKey: ["classes"],
    queryFn: () => everyPage<ClassRoom>((query) => body(api.GET("/api/classes", { params: { query } }))),
  });

export const classQuery = (api: Api, classId: string) =>
  queryOptions({
    queryKey: ["classes", classId],
    queryFn: () => body(api.GET("/api/classes/{class_id}", { params: { path: { class_id: classId } } })),
  });

export const membersQuery = (api: Api, classId: string) =>
  queryOptions({
    queryKey: ["classes", classId, "members"],
    staleTime: 0,
    refetchInterval: ({ state }: { state: { data?: readonly Member[] } }) =>
      (state.data?.length ?? 0) > LONG_LIST_ITEMS
        ? LONG_LIST_REFRESH_MILLISECONDS
        : LIST_REFRESH_MILLISECONDS,
    queryFn: () =>
      everyPage<Member>((query) =>
        body(api.GET("/api/classes/{class_id}/members", { params: { path: { class_id: classId }, query } })),
      ),
  });

export const documentsQuery = (api: Api, classId: string) =>
  queryOptions({
    queryKey: ["classes", classId, "documents"],
    staleTime: 0,
    refetchInterval: LIST_REFRESH_MILLISECONDS,
    queryFn: () =>
      everyPage<BoardDocument>((query) =>
        body(
          api.GET("/api/classes/{class_id}/documents", { params: { path: { class_id: classId }, query } }),
        ),
      ),
  });

/** The sessions of one class, or of all of somebody's, in one state. */
export const sessionsQuery = (api: Api, query: { class_id?: string; state: ClassSession["state"] }) =>
  queryOptions({
    queryKey: ["sessions", query.state, query.class_id ?? "mine"],
    staleTime: 0,
    refetchInterval: LIST_REFRESH_MILLISECONDS,
    queryFn: () =>
      everyPage<ClassSession>((page) =>
        body(api.GET("/api/sessions", { params: { query: { ...page, ...query } } })),
      ),
  });

/** The polls of a class that one may see; teachers also those that are prepared. */
export const pollsQuery = (api: Api, classId: string) =>
  queryOptions({
    queryKey: ["classes", classId, "polls"],
    staleTime: 0,
    refetchInterval: LIST_REFRESH_MILLISECONDS,
    queryFn: () =>
      everyPage<Poll>((query) =>
        body(api.GET("/api/classes/{class_id}/polls", { params: { path: { class_id: classId }, query } })),
      ),
  });

/** What was on the stage of a session; `now` names what is there, so that a change asks again. */
export const showingsQuery = (api: Api, sessionId: string, now: string) =>
  queryOptions({
    queryKey: ["sessions", sessionId, "showings", now],
    staleTime: 0,
    queryFn: () =>
      everyPage<StageShowing>((query) =>
        body(
          api.GET("/api/sessions/{session_id}/showings", {
            params: { path: { session_id: sessionId }, query },
          }),
        ),
      ),
  });

export const documentQuery = (api: Api, documentId: string) =>
  queryOptions({
    queryKey: ["documents", documentId],
    queryFn: () =>
      body(api.GET("/api/documents/{document_id}", { params: { path: { document_id: documentId } } })),
  });

export const documentAccessQuery = (api: Api, documentId: string) =>
  queryOptions({
    queryKey: ["documents", documentId, "access"],
    queryFn: () =>
      body(api.GET("/api/documents/{document_id}/access", { params: { path: { document_id: documentId } } })),
  });

export const roomsQuery = (api: Api, search: string) =>
  queryOptions({
    queryKey: ["admin", "rooms", search],
    staleTime: 0,
    refetchInterval: LIST_REFRESH_MILLISECONDS,
    placeholderData: keepPreviousData,
    queryFn: () =>
      everyPage<OpenRoom>((page) =>
        body(
          api.GET("/api/admin/rooms", {
            params: { query: { ...page, ...(search ? { query: search } : {}) } },
          }),
        ),
      ),
  });

export const roomQuery = (api: Api, documentId: string) =>
  queryOptions({
    queryKey: ["admin", "room", documentId],
    staleTime: 0,
    refetchInterval: LIST_REFRESH_MILLISECONDS,
    queryFn: () =>
      body(api.GET("/api/admin/rooms/{document_id}", { params: { path: { document_id: documentId } } })),
  });

export function useMe() {
  return useQuery(meQuery(useServices().api));
}

/** A document changed: whatever lists or shows it asks again. */
export async function documentChanged(client: QueryClient, document: { id: string; class_id: string }) {
  await Promise.all([
    client.invalidateQueries({ queryKey: ["documents", document.id] }),
    client.invalidateQueries({ queryKey: ["classes", document.class_id, "documents"] }),
  ]);
}
