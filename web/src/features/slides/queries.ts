import { queryOptions } from "@tanstack/react-query";
import type { Api } from "@/api/client.ts";
import { body } from "@/api/client.ts";
import type { components } from "@/api/schema";

export type DeckAnswer = components["schemas"]["Deck"];
export type SlideUpload = components["schemas"]["SlideUpload"];
export type PdfPage = components["schemas"]["PdfPage"];

/** While pages are made, their number moves. */
const PROGRESS_MILLISECONDS = 700;

/** Whether the server still works on an upload. */
export function isUnderWay(upload: SlideUpload): boolean {
  return upload.state === "queued" || upload.state === "working";
}

/** What a deck has besides its document: sizes of its pages, and what is being uploaded. */
export const deckQuery = (api: Api, documentId: string) =>
  queryOptions({
    queryKey: ["documents", documentId, "slides"],
    queryFn: () =>
      body(api.GET("/api/documents/{document_id}/slides", { params: { path: { document_id: documentId } } })),
    refetchInterval: (query) => (query.state.data?.uploads.some(isUnderWay) ? PROGRESS_MILLISECONDS : false),
  });

/** A page's words, for those who cannot see it. They never change. */
export const pageTextQuery = (api: Api, documentId: string, fileId: string, page: number) =>
  queryOptions({
    queryKey: ["documents", documentId, "slides", fileId, page],
    staleTime: "static",
    queryFn: () =>
      body(
        api.GET("/api/documents/{document_id}/slides/pages/{file_id}/{page}", {
          params: { path: { document_id: documentId, file_id: fileId, page } },
        }),
      ),
  });
