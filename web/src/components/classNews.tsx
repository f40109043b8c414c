import type { UseQueryOptions } from "@tanstack/react-query";
import type { LinkProps } from "@tanstack/react-router";
import type { ParseKeys } from "i18next";
import { createContext, use, type ComponentType, type ReactNode } from "react";
import type { Api } from "@/api/client.ts";
import type { ClassRoom } from "@/api/types.ts";

/** Something in a class that one may want to see. */
export interface NewsItem {
  readonly id: string;
  readonly title: string;
  /** What it is, in a word. */
  readonly what: ParseKeys;
  readonly icon: ComponentType<{ size?: number }>;
  /** When it came, or changed. */
  readonly at: string;
  /** It waits for this person: it comes first, and says so. What is new waits to be opened, the rest to be done. */
  readonly waiting: "new" | "toDo" | null;
  readonly link: Pick<LinkProps, "to" | "params" | "search">;
}

/** Where a part of the application tells what is new in a class. It shares the cache of that part's own lists. */
export interface NewsSource {
  readonly name: string;
  readonly query: (api: Api, room: ClassRoom) => UseQueryOptions<unknown, Error, readonly NewsItem[]>;
}

/** Write a source: a query that is there anyhow, and what of its answer, which `news` knows, is news. */
export function newsFrom(
  name: string,
  query: (api: Api, room: ClassRoom) => object,
  news: (answer: never, room: ClassRoom) => readonly NewsItem[],
): NewsSource {
  return {
    name,
    query: (api, room) =>
      ({
        ...query(api, room),
        select: (answer: never) => news(answer, room),
      }) as unknown as UseQueryOptions<unknown, Error, readonly NewsItem[]>,
  };
}

const ClassNewsContext = createContext<readonly NewsSource[]>([]);

/** Says who tells what is new in a class; put together once, in `app/classNews.ts`. */
export function ClassNewsProvider({
  sources,
  children,
}: {
  sources: readonly NewsSource[];
  children: ReactNode;
}) {
  return <ClassNewsContext value={sources}>{children}</ClassNewsContext>;
}

export function useClassNews(): readonly NewsSource[] {
  return use(ClassNewsContext);
}
