import { keepPreviousData, queryOptions, type QueryClient } from "@tanstack/react-query";
import { body, type Api } from "@/api/client.ts";
import { everyPage } from "@/api/queries.ts";
import type { components } from "@/api/schema";

type Schemas = components["schemas"];

export type Assignment = Schemas["Assignment"];
export type NewAssignment = Schemas["NewAssignment"];
export type Submission = Schemas["Submission"];
export type SubmissionLine = Schemas["SubmissionLine"];
export type WorkNeighbours = Schemas["WorkNeighbours"];
export type Mark = Schemas["ShownMark"];
export type Criterion = Schemas["ShownCriterion"];
export type WorkState = SubmissionLine["state"];

const REFRESH_MILLISECONDS = 5_000;

export const assignmentsQuery = (api: Api, classId: string) =>
  queryOptions({
    queryKey: ["classes", classId, "assignments"],
    staleTime: 0,
    refetchInterval: REFRESH_MILLISECONDS,
    queryFn: () =>
      everyPage<Assignment>((query) =>
        body(
          api.GET("/api/classes/{class_id}/assignments", { params: { path: { class_id: classId }, query } }),
        ),
      ),
  });

export const assignmentQuery = (api: Api, assignmentId: string) =>
  queryOptions({
    queryKey: ["assignments", assignmentId],
    staleTime: 0,
    refetchInterval: REFRESH_MILLISECONDS,
    queryFn: () =>
      body(
        api.GET("/api/assignments/{assignment_id}", { params: { path: { assignment_id: assignmentId } } }),
      ),
  });

export interface WorkSearch {
  /** A text in the name or the address of the student. */
  readonly query: string;
  /** How far their work has come; null: no matter. */
  readonly state: WorkState | null;
}

/** The work of the students of a class, by name, as a long list. */
export const workList = (api: Api, assignmentId: string, search: WorkSearch) => ({
  queryKey: ["assignments", assignmentId, "submissions", search.state, search.query],
  fetchPage: (cursor: string | null, signal: AbortSignal) =>
    workPage(api, assignmentId, { ...search, cursor, signal }),
});

const workPage = (
  api: Api,
  assignmentId: string,
  asked: WorkSearch & { limit?: number; cursor?: string | null; signal: AbortSignal },
) =>
  body(
    api.GET("/api/assignments/{assignment_id}/submissions", {
      params: {
        path: { assignment_id: assignmentId },
        query: {
          limit: asked.limit ?? 100,
          ...(asked.state ? { state: asked.state } : {}),
          ...(asked.query ? { query: asked.query } : {}),
          ...(asked.cursor ? { cursor: asked.cursor } : {}),
        },
      },
      signal: asked.signal,
    }),
  );

/** The first of the work that waits for a grade. */
export const waitingQuery = (api: Api, assignmentId: string) =>
  queryOptions({
    queryKey: ["assignments", assignmentId, "submissions", "waiting"],
    staleTime: 0,
    refetchInterval: REFRESH_MILLISECONDS,
    queryFn: async ({ signal }) =>
      (await workPage(api, assignmentId, { state: "handed_in", query: "", limit: 1, signal })).items[0] ??
      null,
  });

/** Some of the students who have a text in their names, to choose one of them. */
export const foundStudentsQuery = (api: Api, assignmentId: string, query: string) =>
  queryOptions({
    queryKey: ["assignments", assignmentId, "submissions", "found", query],
    staleTime: 0,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) =>
      (await workPage(api, assignmentId, { state: null, query, limit: 20, signal })).items,
  });

/** Whose work comes before and after a piece of work, and whose waits for a grade next. */
export const neighboursQuery = (api: Api, submissionId: string) =>
  queryOptions({
    queryKey: ["submissions", submissionId, "neighbours"],
    staleTime: 0,
    // It is found among everybody's work, and one does not go on every few seconds.
    refetchInterval: 2 * REFRESH_MILLISECONDS,
    queryFn: () =>
      body(
        api.GET("/api/submissions/{submission_id}/neighbours", {
          params: { path: { submission_id: submissionId } },
        }),
      ),
  });

export const submissionQuery = (api: Api, submissionId: string) =>
  queryOptions({
    queryKey: ["submissions", submissionId],
    staleTime: 0,
    refetchInterval: REFRESH_MILLISECONDS,
    queryFn: () =>
      body(
        api.GET("/api/submissions/{submission_id}", { params: { path: { submission_id: submissionId } } }),
      ),
  });

export const extensionsQuery = (api: Api, assignmentId: string) =>
  queryOptions({
    queryKey: ["assignments", assignmentId, "extensions"],
    queryFn: async () =>
      (
        await body(
          api.GET("/api/assignments/{assignment_id}/extensions", {
            params: { path: { assignment_id: assignmentId } },
          }),
        )
      ).items,
  });

/** An assignment, or work for it, changed: whatever lists or shows it asks again. */
export async function workChanged(
  client: QueryClient,
  about: { assignmentId: string; classId: string },
): Promise<void> {
  await Promise.all([
    client.invalidateQueries({ queryKey: ["assignments", about.assignmentId] }),
    client.invalidateQueries({ queryKey: ["classes", about.classId, "assignments"] }),
    client.invalidateQueries({ queryKey: ["submissions"] }),
    client.invalidateQueries({ queryKey: ["work-due"] }),
    client.invalidateQueries({ queryKey: ["classes", about.classId, "grades"] }),
  ]);
}
