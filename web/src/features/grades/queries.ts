import { queryOptions, type QueryClient } from "@tanstack/react-query";
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

/** A class's gradebook with all its students, by name; to a student, their own row. */
export const gradebookQuery = (api: Api, classId: string) =>
  queryOptions({
    queryKey: ["classes", classId, "grades"],
    staleTime: 0,
    // A class of thousands is many pages: looked at again more rarely.
    refetchInterval: ({ state }) =>
      REFRESH_MILLISECONDS * Math.max(1, Math.ceil((state.data?.students.length ?? 0) / PAGE)),
    queryFn: async (): Promise<Gradebook> => {
      const students: StudentRow[] = [];
      let cursor: string | null | undefined;
      for (;;) {
        const page: Gradebook = await body(
          api.GET("/api/classes/{class_id}/grades", {
            params: { path: { class_id: classId }, query: { limit: PAGE, ...(cursor ? { cursor } : {}) } },
          }),
        );
        students.push(...page.students);
        cursor = page.next_cursor;
        if (!cursor) {
          students.sort((one, other) => one.name.localeCompare(other.name));
          return { ...page, students };
        }
      }
    },
  });

export const changesQuery = (api: Api, classId: string, about: { item_id?: string; user_id?: string }) =>
  queryOptions({
    queryKey: ["classes", classId, "grades", "changes", about.item_id ?? "", about.user_id ?? ""],
    staleTime: 0,
    queryFn: () =>
      body(
        api.GET("/api/classes/{class_id}/grades/changes", {
          params: { path: { class_id: classId }, query: { limit: 100, ...about } },
        }),
      ),
  });

export const bookChanged = (client: QueryClient, classId: string): Promise<void> =>
  client.invalidateQueries({ queryKey: ["classes", classId, "grades"] });
