import { queryOptions, type QueryClient } from "@tanstack/react-query";
import { body, type Api } from "@/api/client.ts";
import type { components } from "@/api/schema";

type Schemas = components["schemas"];

export type Assignment = Schemas["Assignment"];
export type NewAssignment = Schemas["NewAssignment"];
export type Submission = Schemas["Submission"];
export type SubmissionLine = Schemas["SubmissionLine"];
export type Mark = Schemas["ShownMark"];
export type Criterion = Schemas["ShownCriterion"];
export type WorkState = SubmissionLine["state"];

const REFRESH_MILLISECONDS = 5_000;

async function everyPage<T>(
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

/** The work of all students of the class, by name; to a student, their own. */
export const submissionsQuery = (api: Api, assignmentId: string) =>
  queryOptions({
    queryKey: ["assignments", assignmentId, "submissions"],
    staleTime: 0,
    refetchInterval: REFRESH_MILLISECONDS,
    queryFn: async () =>
      (
        await everyPage<SubmissionLine>((query) =>
          body(
            api.GET("/api/assignments/{assignment_id}/submissions", {
              params: { path: { assignment_id: assignmentId }, query },
            }),
          ),
        )
      ).sort((one, other) => one.user.name.localeCompare(other.user.name)),
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
