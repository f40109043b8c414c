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

/** Who joins, and what is shared, appears by itself while a list is looked at. */
const LIST_REFRESH_MILLISECONDS = 5_000;

/** What is made in a class one by one fits a page or two; it is read to its end. Lists of people, who are thousands, are read as one looks. */
export async function everyPage<T>(
  fetchPage: (query: {
    cursor?: string;
    limit: number;
  }) => Promise<{ items: T[]; next_cursor?: string | null }>,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null | undefined;
  do {
    const answer = await fetchPage({ limit: 100, ...(cursor ? { cursor } : {}) });
    items.push(...answer.items);
    cursor = answer.next_cursor;
  } while (cursor);
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

/** The members of a class in one role, by name, as a long list: those with a text in their names, and for teachers in their addresses. */
export const membersList = (
  api: Api,
  classId: string,
  { role, query }: { role: Member["role"]; query: string },
) => ({
  queryKey: ["classes", classId, "members", role, query],
  fetchPage: (cursor: string | null, signal: AbortSignal) =>
    body(
      api.GET("/api/classes/{class_id}/members", {
        params: {
          path: { class_id: classId },
          query: { limit: 100, role, ...(query ? { query } : {}), ...(cursor ? { cursor } : {}) },
        },
        signal,
      }),
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
