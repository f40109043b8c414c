import { Center, Loader } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "@/api/problem.ts";
import { documentQuery, useMe } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import type { BoardDocument, Me } from "@/api/types.ts";
import type { DocumentViewProps } from "@/components/documentViews.tsx";
import { ErrorState } from "@/components/ErrorState.tsx";
import { NotShared } from "@/components/NotShared.tsx";
import { SaveBadge } from "@/components/SaveBadge.tsx";
import styles from "./BoardRoom.module.css";
import { BoardStage } from "./BoardStage.tsx";
import type { BoardHandle } from "./boardHandle.ts";
import { useDocumentSession } from "./useDocumentSession.ts";

/** A board as part of something else, a stage say: the canvas and what is told on it, no bar. */
export default function BoardView(props: DocumentViewProps) {
  const { documentId, classId, onSave, projected = false, linkTold = false } = props;
  const { t } = useTranslation();
  const { api } = useServices();
  const { data: me } = useMe();
  const board = useQuery(documentQuery(api, documentId));
  if (board.error && !board.data) {
    if (board.error instanceof Problem && board.error.status === 404) return <NotShared classId={classId} />;
    return <ErrorState error={board.error} retry={() => void board.refetch()} />;
  }
  if (!board.data || !me) {
    return (
      <Center h="100%">
        <Loader role="status" aria-label={t("board.opening")} />
      </Center>
    );
  }
  return <OpenBoard key={board.data.id} board={board.data} me={me} {...{ onSave, projected, linkTold }} />;
}

function OpenBoard(props: {
  board: BoardDocument;
  me: Me;
  onSave: DocumentViewProps["onSave"];
  projected: boolean;
  linkTold: boolean;
}) {
  const { board, me, onSave, projected, linkTold } = props;
  const { session, view } = useDocumentSession(board.id, me.id);
  const [handle, setHandle] = useState<BoardHandle | null>(null);
  useEffect(() => onSave?.(view.save), [onSave, view.save]);
  if (view.save.kind === "gone") return <NotShared classId={board.class_id} />;
  const { save } = view;
  const calm =
    ["saved", "saving", "readOnly", "connecting"].includes(save.kind) ||
    (linkTold && save.kind === "offline" && save.changes === 0);
  return (
    <div className={styles["view"]}>
      <BoardStage
        board={board}
        me={me}
        session={session}
        view={view}
        handle={handle}
        onHandle={setHandle}
        onPeople={NOBODY_ASKS}
        amongOthers
        projected={projected}
      />
      {!calm && !projected && (
        <div className={styles["trouble"]}>
          <SaveBadge state={save} />
        </div>
      )}
    </div>
  );
}

const NOBODY_ASKS = () => undefined;
