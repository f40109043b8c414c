import { createContext, use, type ComponentType, type ReactNode } from "react";
import type { BoardDocument, Me } from "@/api/types.ts";
import type { SaveState } from "@/collab/saveState.ts";

/** The server calls a poll so until it is opened: its question would tell what will be asked. */
export const UNOPENED_POLL = "Poll";

/** What a page that shows one document gets: the document is there, and this person may see it. */
export interface DocumentPageProps {
  readonly document: BoardDocument;
  readonly teaches: boolean;
  readonly me: Me;
}

/** What a view of a document gets, wherever it stands: it fills its parent's height and loads its own data. */
export interface DocumentViewProps {
  readonly documentId: string;
  readonly classId: string;
  readonly teaches: boolean;
  /** It stands on the stage or within something else: without a bar of its own. */
  readonly compact?: boolean;
  /** It stands before the whole class: nothing is shown that is only for the person whose device it is. */
  readonly projected?: boolean;
  /** What the stage makes of this student's pen, whatever the settings say: they present, or it is locked for them. */
  readonly pen?: "given" | "taken" | undefined;
  /** What stands around it tells already whether there is a connection. */
  readonly linkTold?: boolean;
  /** How this person's own work in it is kept, for kinds that people write. */
  readonly onSave?: ((state: SaveState) => void) | undefined;
}

/** What a dialogue gets that makes something new for a class. */
export interface NewDocumentProps {
  readonly classId: string;
  readonly onClose: () => void;
  /** It was made, to be seen now or to be kept for later. */
  readonly onMade: (documentId: string, now: boolean) => void;
}

/** Where a page lies on the screen, in CSS pixels from the layer's corner; `scale` is pixels per unit of the board over it. */
export interface PagePlace {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

/** What a transparent board over a page gets. */
export interface AnnotationLayerProps {
  readonly documentId: string;
  readonly place: PagePlace;
  /** The person has picked up the pen; otherwise the layer only shows, and lets everything through to the page. */
  readonly drawing: boolean;
  /** There is so little height that the tools stand beside the page. */
  readonly low?: boolean;
  /** How the person's marks are kept; null when the layer is gone. */
  readonly onSave?: (state: SaveState | null) => void;
}

/** How each kind of document is shown; put together once, in `app/documentKinds.ts`, so that features meet without knowing each other. */
export interface DocumentViews {
  readonly pages: Readonly<Partial<Record<BoardDocument["kind"], ComponentType<DocumentPageProps>>>>;
  readonly views: Readonly<Partial<Record<BoardDocument["kind"], ComponentType<DocumentViewProps>>>>;
  /** Asks a class something, from wherever a teacher is. */
  readonly newPoll: ComponentType<NewDocumentProps>;
  /** Makes slides, from wherever a teacher is. */
  readonly newDeck: ComponentType<NewDocumentProps>;
  /** Draws over pages. */
  readonly annotations: ComponentType<AnnotationLayerProps>;
}

const DocumentViewsContext = createContext<DocumentViews>({
  pages: {},
  views: {},
  newPoll: () => null,
  newDeck: () => null,
  annotations: () => null,
});

export function DocumentViewsProvider({ views, children }: { views: DocumentViews; children: ReactNode }) {
  return <DocumentViewsContext value={views}>{children}</DocumentViewsContext>;
}

export function useDocumentViews(): DocumentViews {
  return use(DocumentViewsContext);
}
