import { QueryClient } from "@tanstack/react-query";
import { Unreachable } from "@/api/problem.ts";

/** Most times a question is asked again when nobody answered. A refusal is an answer. */
const MOST_RETRIES = 2;

export function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        networkMode: "always",
        retry: (failures, error) => error instanceof Unreachable && failures < MOST_RETRIES,
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}
