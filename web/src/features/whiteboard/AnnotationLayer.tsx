import "./assetPath.ts";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useEffectEvent } from "react";
import { useTranslation } from "react-i18next";
import { documentQuery, useMe } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import type { BoardDocument, Me } from "@/api/types.ts";
import type { SaveState } from "@/collab/saveState.ts";
import type { AnnotationLayerProps } from "@/components/documentViews.tsx";
import { tellProblem } from "@/components/toast.tsx";
import { isLocked } from "./BoardStage.tsx";
import { useDocumentSession } from "./useDocumentSession.ts";

const AnnotationCanvas = lazy(() => import("./AnnotationCanvas.tsx"));

/** A transparent board over a page. What cannot be opened is simply not there: the page below it counts. */
export default function AnnotationLayer(props: AnnotationLayerProps) {
  const { api } = useServices();
  const { data: me } = useMe();
  const board = useQuery(documentQuery(api, props.documentId));
  if (!board.data || !me) return null;
  return <OpenLayer key={board.data.id} {...props} board={board.data} me={me} />;
}

function OpenLayer({
  board,
  me,
  place,
  drawing,
  low = false,
  onSave,
}: AnnotationLayerProps & { board: BoardDocument; me: Me }) {
  const { t } = useTranslation();
  const { session, view } = useDocumentSession(board.id, me.id);
  const { incarnation, save } = view;
  // The server has just changed what we may do: whoever offers the pen asks again.
  const client = useQueryClient();
  useEffect(() => {
    if (view.scope !== undefined) void client.invalidateQueries({ queryKey: ["documents", board.id] });
  }, [board.id, client, view.scope]);
  const tell = useEffectEvent((state: SaveState | null) => onSave?.(state));
  useEffect(() => tell(save), [save]);
  useEffect(() => () => tell(null), []);
  if (!session || incarnation === null || !view.ready || save.kind === "gone") return null;
  return (
    <Suspense fallback={null}>
      <AnnotationCanvas
        key={incarnation.number}
        board={board}
        userId={me.id}
        incarnation={incarnation}
        place={place}
        drawing={drawing && !isLocked(board, view)}
        low={low}
        link={save.kind}
        onUploads={(count) => session.reportUploads(count)}
        onDropped={() => tellProblem(t("board.strokeDropped"))}
      />
    </Suspense>
  );
}
