import { useQuery } from "@tanstack/react-query";
import { useServices } from "@/api/services.tsx";
import { clockOffset } from "./core/clock.ts";

/** How often a browser says that its person is still there. */
const HEARTBEAT_MILLISECONDS = 60_000;

/** Say that one is in the session, for the list of who was there; learns how far the server's clock is ahead. */
export function useAttendance(sessionId: string): number {
  const { api } = useServices();
  const beat = useQuery({
    queryKey: ["sessions", sessionId, "attendance"],
    refetchInterval: HEARTBEAT_MILLISECONDS,
    staleTime: HEARTBEAT_MILLISECONDS / 2,
    retry: false,
    queryFn: async () => {
      const sentAt = Date.now();
      const { response } = await api.POST("/api/sessions/{session_id}/attendance", {
        params: { path: { session_id: sessionId } },
      });
      return clockOffset(response.headers.get("Date"), sentAt, Date.now());
    },
  });
  return beat.data ?? 0;
}
