import { queryOptions, type QueryClient } from "@tanstack/react-query";
import { body, type Api } from "@/api/client.ts";
import type { components } from "@/api/schema";

export type Unit = components["schemas"]["Unit"];
export type LessonSummary = components["schemas"]["LessonSummary"];
export type Lesson = components["schemas"]["Lesson"];

/** What is published, and how far the class has come, appears by itself. */
const REFRESH_MILLISECONDS = 5_000;

export const lessonsQuery = (api: Api, classId: string) =>
  queryOptions({
    queryKey: ["classes", classId, "lessons"],
    staleTime: 0,
    refetchInterval: REFRESH_MILLISECONDS,
    queryFn: async () =>
      (await body(api.GET("/api/classes/{class_id}/lessons", { params: { path: { class_id: classId } } })))
        .units,
  });

export const lessonQuery = (api: Api, lessonId: string) =>
  queryOptions({
    queryKey: ["lessons", lessonId],
    staleTime: 0,
    refetchInterval: REFRESH_MILLISECONDS,
    queryFn: () => body(api.GET("/api/lessons/{lesson_id}", { params: { path: { lesson_id: lessonId } } })),
  });

/** A lesson changed: it is shown as it is now, and the outline asks again. */
export async function lessonChanged(client: QueryClient, classId: string, lesson?: Lesson): Promise<void> {
  if (lesson) client.setQueryData(["lessons", lesson.id], lesson);
  await Promise.all([
    client.invalidateQueries({ queryKey: ["classes", classId, "lessons"] }),
    client.invalidateQueries({ queryKey: ["lessons"] }),
  ]);
}
