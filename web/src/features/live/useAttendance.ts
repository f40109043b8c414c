import { useQuery } from "@tanstack/react-query";
import { useServices } from "@/api/services.tsx";
import { clockOffset } from "./core/clock.ts";

/** How often a browser says that its person is still there. */
const HEARTBEAT_MILLISECONDS = 60_000;

/** Say that one is in the session while it runs, for the list of who was there; learns how far the server's clock is ahead. */
export function useAttendance(sessionId: string, running: boolean): number {
  const { api } = useServices();
  const beat = useQuery({
    // Not one of the sessions' answers: when the class is over, those are asked for anew.
    queryKey: ["attendance", sessionId],
    enabled: running,
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
