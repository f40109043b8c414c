import { createContext, use, type ComponentType, type ReactNode } from "react";
import type { BoardDocument, Me } from "@/api/types.ts";

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
}

/** How each kind of document is shown; put together once, in `app/documentKinds.ts`, so that features meet without knowing each other. */
export interface DocumentViews {
  readonly pages: Readonly<Partial<Record<BoardDocument["kind"], ComponentType<DocumentPageProps>>>>;
  readonly views: Readonly<Partial<Record<BoardDocument["kind"], ComponentType<DocumentViewProps>>>>;
}

const DocumentViewsContext = createContext<DocumentViews>({ pages: {}, views: {} });

export function DocumentViewsProvider({ views, children }: { views: DocumentViews; children: ReactNode }) {
  return <DocumentViewsContext value={views}>{children}</DocumentViewsContext>;
}

export function useDocumentViews(): DocumentViews {
  return use(DocumentViewsContext);
}
