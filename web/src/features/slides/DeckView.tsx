import { ErrorState } from "@/components/ErrorState.tsx";
import type { DocumentViewProps } from "@/components/documentViews.tsx";
import { NotShared } from "@/components/NotShared.tsx";
import { DeckStage } from "./DeckStage.tsx";
import { useDeck } from "./useDeck.ts";
import { useUpload } from "./useUpload.ts";

/** A deck as part of something else, a stage say: the page, its marks and the controls, no bar. */
export default function DeckView(props: DocumentViewProps) {
  const { documentId, classId, teaches, projected = false } = props;
  const deck = useDeck(documentId);
  const uploading = useUpload(documentId);
  if (deck.live.error === "gone") return <NotShared classId={classId} />;
  if (deck.live.error !== null && !deck.live.doc) return <ErrorState error={deck.live.error} />;
  return (
    <DeckStage
      deck={deck}
      classId={classId}
      teaches={teaches}
      projected={projected}
      pen={props.pen}
      onSave={NOBODY_ASKS}
      uploading={uploading}
    />
  );
}

const NOBODY_ASKS = () => undefined;
