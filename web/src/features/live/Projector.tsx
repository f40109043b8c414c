import { VisuallyHidden } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { SaveState } from "@/collab/saveState.ts";
import styles from "./Classroom.module.css";
import { HandsChip } from "./ClassroomHeader.tsx";
import type { StageState } from "./core/stage.ts";
import { LinkBadge } from "./LinkBadge.tsx";
import { TimerChip } from "./TimerChip.tsx";

/** The stage alone, for a projector: no bars, only what everybody in the room must see. */
export function Projector(props: {
  stage: StageState;
  link: SaveState["kind"];
  synced: boolean;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const { stage } = props;
  return (
    <main className={styles["projector"]}>
      <VisuallyHidden component="h1">{t("live.projector")}</VisuallyHidden>
      {props.children}
      <div className={styles["overlay"]}>
        {stage.timerEndsAt !== null && <TimerChip endsAt={stage.timerEndsAt} />}
        {stage.hands.length > 0 && <HandsChip stage={stage} />}
        {!props.synced && <LinkBadge link={props.link} synced={false} />}
      </div>
    </main>
  );
}
