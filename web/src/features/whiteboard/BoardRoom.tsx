import { VisuallyHidden } from "@mantine/core";
import { useEffect, useEffectEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { BoardDocument, Me } from "@/api/types.ts";
import { NotShared } from "@/components/NotShared.tsx";
import { tell } from "@/components/toast.tsx";
import { BoardBar } from "./BoardBar.tsx";
import styles from "./BoardRoom.module.css";
import { BoardStage } from "./BoardStage.tsx";
import type { BoardHandle } from "./boardHandle.ts";
import type { PresentPerson } from "./core/presence.ts";
import { Outline } from "./Outline.tsx";
import { Rescue } from "./Rescue.tsx";
import { useDocumentSession } from "./useDocumentSession.ts";

/** An open board: the thin bar, the canvas, what lies beside it. */
export function BoardRoom({ board, teaches, me }: { board: BoardDocument; teaches: boolean; me: Me }) {
  const { session, view } = useDocumentSession(board.id, me.id);
  const { t } = useTranslation();
  const [handle, setHandle] = useState<BoardHandle | null>(null);
  const [people, setPeople] = useState<readonly PresentPerson[]>([]);
  const [outlineShown, setOutlineShown] = useState(false);
  const restores = view.restores ?? 0;
  const tellRestored = useEffectEvent(() => {
    // A rescue copy tells the same, and more.
    if (!view.rescue) tell(t("history.boardRestored"));
  });
  useEffect(() => {
    if (restores > 0) tellRestored();
  }, [restores]);
  return (
    <div className={styles["room"]}>
      <BoardBar
        board={board}
        teaches={teaches}
        me={me}
        people={people}
        save={view.save}
        handle={handle}
        outlineShown={outlineShown}
        onOutline={() => setOutlineShown((before) => !before)}
      />
      {view.save.kind === "gone" ? (
        <div className={styles["gone"]}>
          <NotShared classId={board.class_id} />
          {view.rescue && (
            <Rescue
              copy={view.rescue}
              title={board.title}
              handle={null}
              onDone={() => void session?.dismissRescue()}
            />
          )}
        </div>
      ) : (
        <main className={styles["stage"]}>
          <VisuallyHidden component="h1">{board.title}</VisuallyHidden>
          <BoardStage
            board={board}
            me={me}
            session={session}
            view={view}
            handle={handle}
            onHandle={setHandle}
            onPeople={setPeople}
          />
          {outlineShown && <Outline handle={handle} onClose={() => setOutlineShown(false)} />}
        </main>
      )}
    </div>
  );
}
