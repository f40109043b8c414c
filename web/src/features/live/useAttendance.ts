import { useQuery } from "@tanstack/react-query";
import { useServices } from "@/api/services.tsx";

/** How often a browser says that its person is still there. */
const HEARTBEAT_MILLISECONDS = 60_000;

/** Say that one is in the session while it runs, for the list of who was there. */
export function useAttendance(sessionId: string, running: boolean): void {
  const { api } = useServices();
  useQuery({
    // Not one of the sessions' answers: when the class is over, those are asked for anew.
    queryKey: ["attendance", sessionId],
    enabled: running,
    refetchInterval: HEARTBEAT_MILLISECONDS,
    staleTime: HEARTBEAT_MILLISECONDS / 2,
    retry: false,
    queryFn: async () => {
      await api.POST("/api/sessions/{session_id}/attendance", {
        params: { path: { session_id: sessionId } },
      });
      return null;
    },
  });
}
