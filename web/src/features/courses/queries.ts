import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  type QueryClient,
} from "@tanstack/react-query";
import { body, type Api } from "@/api/client.ts";
import type { components } from "@/api/schema";

export type Course = components["schemas"]["Course"];
type CoursePage = components["schemas"]["CoursePage"];
export type CourseDetail = components["schemas"]["CourseDetail"];
export type CourseClass = components["schemas"]["CourseClass"];
export type Enrolment = CourseClass["enrolment"];

/** What others publish, and who enrols, appears by itself while a list is looked at. */
const REFRESH_MILLISECONDS = 10_000;

export interface CatalogueSearch {
  readonly query: string;
  readonly category: string | null;
  readonly own: boolean;
}

export const coursesQuery = (api: Api, { query, category, own }: CatalogueSearch) =>
  infiniteQueryOptions({
    queryKey: ["courses", "list", query, category, own],
    staleTime: 0,
    refetchInterval: REFRESH_MILLISECONDS,
    placeholderData: keepPreviousData,
    initialPageParam: null as string | null,
    getNextPageParam: (page: CoursePage) => page.next_cursor,
    queryFn: ({ pageParam }: { pageParam: string | null }): Promise<CoursePage> =>
      body(
        api.GET("/api/courses", {
          params: {
            query: {
              ...(query ? { query } : {}),
              ...(category === null ? {} : { category }),
              ...(own ? { own } : {}),
              ...(pageParam === null ? {} : { cursor: pageParam }),
            },
          },
        }),
      ),
  });

export const categoriesQuery = (api: Api) =>
  queryOptions({
    queryKey: ["courses", "categories"],
    staleTime: 0,
    queryFn: async () => (await body(api.GET("/api/courses/categories"))).items,
  });

export const courseQuery = (api: Api, courseId: string) =>
  queryOptions({
    queryKey: ["courses", "one", courseId],
    staleTime: 0,
    refetchInterval: REFRESH_MILLISECONDS,
    queryFn: () => body(api.GET("/api/courses/{course_id}", { params: { path: { course_id: courseId } } })),
  });

/** A course changed: it is shown as it is now, and whatever lists it, or names it beside a class, asks again. */
export async function courseChanged(client: QueryClient, course?: CourseDetail): Promise<void> {
  if (course) client.setQueryData(["courses", "one", course.id], course);
  await Promise.all([
    client.invalidateQueries({ queryKey: ["courses"] }),
    client.invalidateQueries({ queryKey: ["classes"] }),
  ]);
}
