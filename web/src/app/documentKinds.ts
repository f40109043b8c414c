import { lazy } from "react";
import type { DocumentViews } from "@/components/documentViews.tsx";

/** How each kind of document is shown: as a page of its own, and as a view on a stage. Each is loaded where it is used. */
export const DOCUMENT_KINDS: DocumentViews = {
  pages: {
    whiteboard: lazy(() => import("@/features/whiteboard/BoardPage.tsx")),
    poll: lazy(() => import("@/features/polls/PollPage.tsx")),
    slides: lazy(() => import("@/features/slides/DeckPage.tsx")),
  },
  views: {
    whiteboard: lazy(() => import("@/features/whiteboard/BoardView.tsx")),
    poll: lazy(() => import("@/features/polls/PollView.tsx")),
    slides: lazy(() => import("@/features/slides/DeckView.tsx")),
  },
  annotations: lazy(() => import("@/features/whiteboard/AnnotationLayer.tsx")),
};
