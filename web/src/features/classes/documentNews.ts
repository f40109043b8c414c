import { IconChalkboard, IconChartBar, IconFile, IconPresentation } from "@tabler/icons-react";
import type { ParseKeys } from "i18next";
import { documentsQuery } from "@/api/queries.ts";
import type { BoardDocument } from "@/api/types.ts";
import { newsFrom } from "@/components/classNews.tsx";

const KINDS: Readonly<Record<string, { what: ParseKeys; icon: typeof IconFile }>> = {
  whiteboard: { what: "progress.types.whiteboard", icon: IconChalkboard },
  slides: { what: "progress.types.slides", icon: IconPresentation },
  poll: { what: "progress.types.poll", icon: IconChartBar },
};

/** Boards, decks and polls, by when somebody last worked on them. */
export const documentNews = newsFrom(
  "documents",
  (api, room) => documentsQuery(api, room.id),
  (documents: readonly BoardDocument[]) =>
    documents.map((document) => ({
      id: document.id,
      title: document.title,
      what: KINDS[document.kind]?.what ?? "progress.types.other",
      icon: KINDS[document.kind]?.icon ?? IconFile,
      at: document.updated_at,
      waiting: null,
      link: {
        to: "/classes/$classId/documents/$documentId",
        params: { classId: document.class_id, documentId: document.id },
      },
    })),
);
