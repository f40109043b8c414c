import {
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
  type InfiniteData,
  type QueryKey,
} from "@tanstack/react-query";
import { followed, pagesWithin, type Cursor, type PageOf } from "./pages.ts";

export type { Cursor } from "./pages.ts";

const REFRESH_MILLISECONDS = 5_000;
/** As many as the server gives at once. */
export const PAGE_ITEMS = 100;
/** A list that one overlooks needs no search. */
export const SEARCHED_FROM = 12;

/** The part of a long list's key under which what is in sight is asked for again. */
const IN_SIGHT = "in sight";

/** Ask again for what is in sight of a long list, and for no more. */
export const inSightKey = (queryKey: QueryKey): QueryKey => [...queryKey, IN_SIGHT];

/**
 * A list that may be of thousands: it is read page by page, and what changes of it appears by itself where one looks.
 *
 * `inSight` tells which of the pages that are read are looked at; only these are asked for again. `spread`: what a page says about the
 * list as a whole, for the others.
 */
export function useLongList<P extends PageOf>(list: {
  queryKey: QueryKey;
  fetchPage: (cursor: Cursor, signal: AbortSignal) => Promise<P>;
  inSight: (pages: readonly P[]) => readonly number[];
  spread?: (page: P, other: P) => P;
}) {
  const client = useQueryClient();
  const { queryKey, fetchPage, inSight, spread } = list;
  const pages = useInfiniteQuery({
    queryKey,
    staleTime: 0,
    initialPageParam: null as Cursor,
    getNextPageParam: (page: P) => page.next_cursor,
    queryFn: ({ pageParam, signal }) => fetchPage(pageParam, signal),
    // A search narrows what is shown.
    placeholderData: keepPreviousData,
  });
  useQuery({
    queryKey: inSightKey(queryKey),
    enabled: pages.data !== undefined && !pages.isPlaceholderData,
    initialData: 0,
    staleTime: Infinity,
    gcTime: 0,
    refetchInterval: REFRESH_MILLISECONDS,
    queryFn: async ({ signal }) => {
      const before = client.getQueryData<InfiniteData<P, Cursor>>(queryKey);
      for (const at of before ? inSight(before.pages) : []) {
        const cursor = before?.pageParams[at] ?? null;
        const page = await fetchPage(cursor, signal);
        if (signal.aborted) break;
        const now = client.getQueryData<InfiniteData<P, Cursor>>(queryKey);
        if (now === undefined || now.pages[at] === undefined || (now.pageParams[at] ?? null) !== cursor)
          break;
        client.setQueryData<InfiniteData<P, Cursor>>(queryKey, {
          ...now,
          pages: now.pages.map((each, index) => (index === at ? page : spread ? spread(page, each) : each)),
        });
        // Where a page ends elsewhere now, so do those behind it.
        if (!followed(page, now.pageParams[at + 1])) {
          await client.invalidateQueries({ queryKey, exact: true });
          break;
        }
      }
      return Date.now();
    },
  });
  return pages;
}

/** The pages of a list that are in sight in the window, given how many lines each has; each line is a child of the list. */
export function pagesInWindow(list: HTMLElement | null, sizes: readonly number[]): readonly number[] {
  if (!list) return [0];
  // In a tab that is not shown, nothing is in sight.
  if (list.getClientRects().length === 0) return [];
  const height = window.innerHeight;
  // The lines lie one under the other, so that few of them tell which are in sight.
  const lines = [...list.children];
  const from = lines.findIndex((line) => line.getBoundingClientRect().bottom >= 0);
  if (from < 0) return pagesWithin(sizes, { from: 0, to: 0 });
  const beyond = lines.slice(from).findIndex((line) => line.getBoundingClientRect().top > height);
  return pagesWithin(sizes, { from, to: beyond < 0 ? lines.length : from + beyond });
}
