import "./assetPath.ts";
import { Center, Loader, Stack, Text, VisuallyHidden } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { BoardDocument, Me } from "@/api/types.ts";
import { losesWorkOnLeave } from "@/collab/saveState.ts";
import { tellProblem } from "@/components/toast.tsx";
import { BoardBar } from "./BoardBar.tsx";
import styles from "./BoardRoom.module.css";
import type { PresentPerson } from "./core/presence.ts";
import type { BoardHandle } from "./boardHandle.ts";
import { NotShared } from "./NotShared.tsx";
import { Outline } from "./Outline.tsx";
import { Rescue } from "./Rescue.tsx";
import { useDocumentSession } from "./useDocumentSession.ts";

const Board = lazy(() => import("./Board.tsx"));

/** An open board: the thin bar, the canvas, what lies beside it. */
export function BoardRoom({ board, teaches, me }: { board: BoardDocument; teaches: boolean; me: Me }) {
  const { t } = useTranslation();
  const { session, view } = useDocumentSession(board.id, me.id);
  const [handle, setHandle] = useState<BoardHandle | null>(null);
  const [people, setPeople] = useState<readonly PresentPerson[]>([]);
  const [outlineShown, setOutlineShown] = useState(false);
  const { save, incarnation } = view;

  const risky = losesWorkOnLeave(save, view.keptOnDevice);
  useEffect(() => {
    if (!risky) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [risky]);

  // The server has just changed what we may do: find out how it looks for everybody.
  const client = useQueryClient();
  useEffect(() => {
    if (view.scope !== undefined) void client.invalidateQueries({ queryKey: ["documents", board.id] });
  }, [board.id, client, view.scope]);

  const locked = view.scope === "readonly" || (view.scope === undefined && board.access === "read");
  const shown = incarnation !== null && view.ready;

  return (
    <div className={styles["room"]}>
      <BoardBar
        board={board}
        teaches={teaches}
        me={me}
        people={people}
        save={save}
        handle={handle}
        outlineShown={outlineShown}
        onOutline={() => setOutlineShown((before) => !before)}
      />
      {save.kind === "gone" ? (
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
          {locked && (
            <div className={styles["locked"]} role="status">
              {t(
                board.students === "read" || board.students === "none"
                  ? "board.lockedForAll"
                  : "board.locked",
              )}
            </div>
          )}
          <Suspense fallback={<Waiting />}>
            {shown && session ? (
              <Board
                key={incarnation.number}
                board={board}
                userId={me.id}
                incarnation={incarnation}
                writable={!locked}
                link={save.kind}
                onHandle={setHandle}
                onPeople={setPeople}
                onUploads={(count) => session.reportUploads(count)}
                onDropped={() => tellProblem(t("board.strokeDropped"))}
              />
            ) : (
              <Waiting offline={save.kind === "offline"} />
            )}
          </Suspense>
          {view.rescue && (
            <Rescue
              copy={view.rescue}
              title={board.title}
              handle={locked ? null : handle}
              onDone={() => void session?.dismissRescue()}
            />
          )}
          {outlineShown && <Outline handle={handle} onClose={() => setOutlineShown(false)} />}
        </main>
      )}
    </div>
  );
}

function Waiting({ offline = false }: { offline?: boolean }) {
  const { t } = useTranslation();
  return (
    <Center h="100%">
      <Stack align="center">
        <Loader aria-label={t("board.opening")} />
        {offline && (
          <Text c="dimmed" ta="center" maw={360} role="status">
            {t("board.offlineEmpty")}
          </Text>
        )}
      </Stack>
    </Center>
  );
}
