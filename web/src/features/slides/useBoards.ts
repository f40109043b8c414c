import { useCallback } from "react";
import { body } from "@/api/client.ts";
import { useServices } from "@/api/services.tsx";

/** The boards over a deck's slides: made by the server with the first mark. */
export function useBoards(documentId: string): { openBoard: (slideId: string) => Promise<string> } {
  const { api } = useServices();
  const openBoard = useCallback(
    async (slideId: string) => {
      const path = { document_id: documentId, slide_id: slideId };
      const answer = await body(
        api.POST("/api/documents/{document_id}/slides/{slide_id}/board", { params: { path } }),
      );
      return answer.board_id;
    },
    [api, documentId],
  );
  return { openBoard };
}
