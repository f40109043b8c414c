import "./assetPath.ts";
import { Center, Loader, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { BoardDocument, Me } from "@/api/types.ts";
import type { DocumentSession, SessionView } from "@/collab/documentSession.ts";
import { losesWorkOnLeave } from "@/collab/saveState.ts";
import { patiently } from "@/components/patiently.ts";
import { tellProblem } from "@/components/toast.tsx";
import styles from "./BoardRoom.module.css";
import type { BoardHandle } from "./boardHandle.ts";
import type { PresentPerson } from "./core/presence.ts";
import { Rescue } from "./Rescue.tsx";

const Board = lazy(() => patiently(() => import("./Board.tsx")));

/** Whether the server lets this person only look. */
export function isLocked(board: BoardDocument, view: SessionView): boolean {
  return view.scope === "readonly" || (view.scope === undefined && board.access === "read");
}

/** The canvas of an open board and what is told on it; fills its parent, on a page as on a stage. */
export function BoardStage(props: {
  board: BoardDocument;
  me: Me;
  session: DocumentSession | null;
  view: SessionView;
  handle: BoardHandle | null;
  onHandle: (handle: BoardHandle | null) => void;
  onPeople: (people: readonly PresentPerson[]) => void;
  amongOthers?: boolean;
  /** It stands before the whole class, and is only looked at there. */
  projected?: boolean;
}) {
  const { t } = useTranslation();
  const { board, session, view, projected = false } = props;
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

  const locked = isLocked(board, view);
  const shown = incarnation !== null && view.ready;
  return (
    <>
      {locked && !projected && (
        <div className={styles["locked"]} role="status">
          {t(
            board.on_stage === "locked" || board.students !== "write" ? "board.lockedForAll" : "board.locked",
          )}
        </div>
      )}
      <Suspense fallback={<Waiting />}>
        {shown && session ? (
          <Board
            key={incarnation.number}
            board={board}
            userId={props.me.id}
            incarnation={incarnation}
            writable={!locked && !projected}
            projected={projected}
            link={save.kind}
            onHandle={props.onHandle}
            onPeople={props.onPeople}
            onUploads={(count) => session.reportUploads(count)}
            amongOthers={props.amongOthers ?? false}
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
          handle={locked ? null : props.handle}
          onDone={() => void session?.dismissRescue()}
        />
      )}
    </>
  );
}

function Waiting({ offline = false }: { offline?: boolean }) {
  const { t } = useTranslation();
  return (
    <Center h="100%">
      <Stack align="center">
        <Loader role="status" aria-label={t("board.opening")} />
        {offline && (
          <Text c="dimmed" ta="center" maw={360} role="status">
            {t("board.offlineEmpty")}
          </Text>
        )}
      </Stack>
    </Center>
  );
}
