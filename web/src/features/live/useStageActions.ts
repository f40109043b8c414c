import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { wordsFor } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import type { StageRequest } from "@/api/types.ts";
import { tellProblem } from "@/components/toast.tsx";

export interface StageActions {
  /** Whether an action is on its way. */
  readonly busy: boolean;
  readonly change: (changes: StageRequest) => void;
  readonly show: (documentId: string) => void;
  readonly raiseHand: (up: boolean) => void;
  readonly lowerHand: (userId: string) => void;
  readonly lowerAll: () => void;
  readonly end: () => void;
}

/** What people do in a session. What comes of it everybody sees on the stage, also who did it. */
export function useStageActions(sessionId: string): StageActions {
  const { api } = useServices();
  const { t } = useTranslation();
  const path = { session_id: sessionId };
  const action = useMutation({
    mutationFn: (work: () => Promise<unknown>) => work(),
    onError: (error) => tellProblem(t(wordsFor(error))),
  });
  const change = (changes: StageRequest) =>
    action.mutate(() => api.PATCH("/api/sessions/{session_id}/stage", { params: { path }, body: changes }));
  return {
    busy: action.isPending,
    change,
    show: (documentId) => change({ activity: { kind: "document", document_id: documentId } }),
    raiseHand: (up) =>
      action.mutate(() =>
        up
          ? api.PUT("/api/sessions/{session_id}/hand", { params: { path } })
          : api.DELETE("/api/sessions/{session_id}/hand", { params: { path } }),
      ),
    lowerHand: (userId) =>
      action.mutate(() =>
        api.DELETE("/api/sessions/{session_id}/hands/{user_id}", {
          params: { path: { ...path, user_id: userId } },
        }),
      ),
    lowerAll: () => action.mutate(() => api.DELETE("/api/sessions/{session_id}/hands", { params: { path } })),
    end: () => action.mutate(() => api.POST("/api/sessions/{session_id}/end", { params: { path } })),
  };
}
