import { lazy } from "react";
import { patiently } from "@/components/patiently.ts";
import type { DocumentViews } from "@/components/documentViews.tsx";

/** How each kind of document is shown: as a page of its own, and as a view on a stage. Each is loaded where it is used. */
export const DOCUMENT_KINDS: DocumentViews = {
  pages: {
    whiteboard: lazy(() => patiently(() => import("@/features/whiteboard/BoardPage.tsx"))),
    page: lazy(() => patiently(() => import("@/features/whiteboard/BoardPage.tsx"))),
    poll: lazy(() => patiently(() => import("@/features/polls/PollPage.tsx"))),
    slides: lazy(() => patiently(() => import("@/features/slides/DeckPage.tsx"))),
  },
  views: {
    whiteboard: lazy(() => patiently(() => import("@/features/whiteboard/BoardView.tsx"))),
    page: lazy(() => patiently(() => import("@/features/whiteboard/BoardView.tsx"))),
    poll: lazy(() => patiently(() => import("@/features/polls/PollView.tsx"))),
    slides: lazy(() => patiently(() => import("@/features/slides/DeckView.tsx"))),
  },
  newPoll: lazy(() => patiently(() => import("@/features/polls/NewPoll.tsx"))),
  newDeck: lazy(() => patiently(() => import("@/features/slides/NewDeck.tsx"))),
  annotations: lazy(() => patiently(() => import("@/features/whiteboard/AnnotationLayer.tsx"))),
};
