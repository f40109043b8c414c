import { queryOptions } from "@tanstack/react-query";
import { body, type Api } from "@/api/client.ts";
import type { components } from "@/api/schema";

export type ClassInvitation = components["schemas"]["ClassInvitation"];
export type RosterReport = components["schemas"]["RosterReport"];

/** Whoever comes leaves this list by itself. */
const REFRESH_MILLISECONDS = 10_000;
/** More are counted, not shown. */
const SHOWN = 100;

export const invitationsQuery = (api: Api, classId: string) =>
  queryOptions({
    queryKey: ["classes", classId, "invitations"],
    staleTime: 0,
    refetchInterval: REFRESH_MILLISECONDS,
    queryFn: () =>
      body(
        api.GET("/api/classes/{class_id}/invitations", {
          params: { path: { class_id: classId }, query: { limit: SHOWN } },
        }),
      ),
  });
