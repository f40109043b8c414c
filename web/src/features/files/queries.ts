import { infiniteQueryOptions, queryOptions, type QueryClient } from "@tanstack/react-query";
import { body, type Api } from "@/api/client.ts";

/** What others share appears by itself while the list is looked at. */
const LIST_REFRESH_MILLISECONDS = 5_000;
const PAGE_ITEMS = 50;

/** The files of a class, page by page. */
export const classFilesQuery = (api: Api, classId: string) =>
  infiniteQueryOptions({
    queryKey: ["classes", classId, "files"],
    staleTime: 0,
    refetchInterval: LIST_REFRESH_MILLISECONDS,
    initialPageParam: "",
    queryFn: ({ pageParam }) =>
      body(
        api.GET("/api/classes/{class_id}/files", {
          params: {
            path: { class_id: classId },
            query: { limit: PAGE_ITEMS, ...(pageParam ? { cursor: pageParam } : {}) },
          },
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

/** How large a file may be, and how much room is left. */
export const fileRoomQuery = (api: Api) =>
  queryOptions({ queryKey: ["me", "files"], queryFn: () => body(api.GET("/api/me/files")) });

export const filesChanged = (client: QueryClient, classId: string) =>
  client.invalidateQueries({ queryKey: ["classes", classId, "files"] });
