import { queryOptions, type QueryClient } from "@tanstack/react-query";
import { body, type Api } from "@/api/client.ts";
import type { components } from "@/api/schema";

export type { Poll } from "@/api/types.ts";
export type NewPoll = components["schemas"]["NewPoll"];
export type PollChanges = components["schemas"]["PollChanges"];
export type PollResults = components["schemas"]["PollResults"];

const path = (pollId: string) => ({ params: { path: { poll_id: pollId } } });

export const pollQuery = (api: Api, pollId: string) =>
  queryOptions({
    queryKey: ["polls", pollId],
    queryFn: () => body(api.GET("/api/polls/{poll_id}", path(pollId))),
  });

export const resultsQuery = (api: Api, pollId: string) =>
  queryOptions({
    queryKey: ["polls", pollId, "results"],
    staleTime: 0,
    queryFn: () => body(api.GET("/api/polls/{poll_id}/results", path(pollId))),
  });

export const ballotQuery = (api: Api, pollId: string, round: number) =>
  queryOptions({
    queryKey: ["polls", pollId, "ballot", round],
    staleTime: 0,
    queryFn: () => body(api.GET("/api/polls/{poll_id}/ballot", path(pollId))),
  });

/** A poll changed: whatever lists or shows it asks again. */
export async function pollChanged(
  client: QueryClient,
  poll: { id: string; class_id: string },
): Promise<void> {
  await Promise.all([
    client.invalidateQueries({ queryKey: ["polls", poll.id] }),
    client.invalidateQueries({ queryKey: ["classes", poll.class_id, "polls"] }),
    client.invalidateQueries({ queryKey: ["classes", poll.class_id, "documents"] }),
  ]);
}
