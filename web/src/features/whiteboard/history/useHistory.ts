import {
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  keepPreviousData,
} from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { wordsFor } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import { tell, tellProblem, tellWithUndo } from "@/components/toast.tsx";

/** The work on a document, newest first, page by page. */
export function useHistory(documentId: string) {
  const { api } = useServices();
  return useInfiniteQuery({
    queryKey: ["documents", documentId, "history"],
    staleTime: 0,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      body(
        api.GET("/api/documents/{document_id}/history", {
          params: { path: { document_id: documentId }, query: pageParam ? { cursor: pageParam } : {} },
        }),
      ),
    getNextPageParam: (page) => page.next_cursor,
  });
}

/** The board as it was after a row of its log, as the text of an Excalidraw file. A moment never changes. */
export function useMoment(documentId: string, seq: number | null) {
  const { api } = useServices();
  return useQuery({
    queryKey: ["documents", documentId, "moment", seq],
    enabled: seq !== null,
    staleTime: Infinity,
    gcTime: 60_000,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const path = { document_id: documentId, seq: seq ?? 0 };
      const file: Blob = await body(
        api.GET("/api/documents/{document_id}/history/{seq}/export", {
          params: { path, query: { format: "excalidraw" } },
          parseAs: "blob",
          signal,
        }),
      );
      return await file.text();
    },
  });
}

/** A moment that somebody looks at; `when`: in words, where it is known. */
export interface ChosenMoment {
  readonly seq: number;
  readonly when: string | null;
}

/** Bring a moment back. Nobody is asked before: it can be taken back the same way. */
export function useRestore(documentId: string) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const restore = useMutation({
    mutationFn: ({ seq }: { seq: number; done: (replaced: number) => void }) =>
      body(
        api.POST("/api/documents/{document_id}/history/restore", {
          params: { path: { document_id: documentId } },
          body: { seq },
        }),
      ),
    onSuccess: ({ replaced_seq }, { done }) => done(replaced_seq),
    onError: (error) => tellProblem(t(wordsFor(error)), t("history.failed")),
    onSettled: () => client.invalidateQueries({ queryKey: ["documents", documentId, "history"] }),
  });
  const takeBack = (seq: number) => restore.mutate({ seq, done: () => tell(t("history.takenBack")) });
  return {
    pending: restore.isPending,
    restore: ({ seq, when }: ChosenMoment) =>
      restore.mutate({
        seq,
        done: (replaced) =>
          tellWithUndo({
            message: when === null ? t("history.restoredThen") : t("history.restored", { when }),
            undoLabel: t("actions.undo"),
            undo: () => takeBack(replaced),
          }),
      }),
  };
}
