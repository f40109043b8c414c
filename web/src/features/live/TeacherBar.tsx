import { Button, Tooltip } from "@mantine/core";
import {
  IconDoorExit,
  IconHandStop,
  IconLock,
  IconLockOpen,
  IconPlayerTrackNext,
  IconWalk,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import styles from "./Classroom.module.css";
import type { StageState } from "./core/stage.ts";
import { TimerMenu } from "./TimerMenu.tsx";
import type { Thing } from "./useActivities.ts";
import { useEndClass } from "./useEndClass.tsx";
import type { StageActions } from "./useStageActions.ts";
import { JoinVideoButton, type Video } from "./VideoPlace.tsx";

/** The teacher's bar below the stage: what a lesson needs, at one click. */
export function TeacherBar(props: {
  stage: StageState;
  next: Thing | null;
  actions: StageActions;
  video: Video;
  onPeople: () => void;
}) {
  const { t } = useTranslation();
  const { stage, next, actions } = props;
  const end = useEndClass(actions);
  return (
    <footer className={styles["bar"]} aria-label={t("live.teacherBar")}>
      <Tooltip label={next ? t("live.nextIs", { title: next.title }) : t("live.noNext")}>
        <Button
          variant="subtle"
          color="gray"
          h={44}
          leftSection={<IconPlayerTrackNext size={20} />}
          data-disabled={next === null || undefined}
          aria-disabled={next === null}
          onClick={next ? () => actions.show(next.id) : undefined}
        >
          {t("live.next")}
        </Button>
      </Tooltip>
      <Tooltip label={t(stage.locked ? "live.unlockAbout" : "live.lockAbout")} multiline maw={280}>
        <Button
          variant={stage.locked ? "light" : "subtle"}
          color={stage.locked ? "pine" : "gray"}
          h={44}
          leftSection={stage.locked ? <IconLock size={20} /> : <IconLockOpen size={20} />}
          aria-pressed={stage.locked}
          onClick={() => actions.change({ locked: !stage.locked })}
        >
          {t("live.lock")}
        </Button>
      </Tooltip>
      <Tooltip label={t("live.roamAbout")} multiline maw={280}>
        <Button
          variant={stage.roam ? "light" : "subtle"}
          color={stage.roam ? "pine" : "gray"}
          h={44}
          leftSection={<IconWalk size={20} />}
          aria-pressed={stage.roam}
          onClick={() => actions.change({ roam: !stage.roam })}
        >
          {t("live.roam")}
        </Button>
      </Tooltip>
      <TimerMenu stage={stage} actions={actions} />
      <Button
        variant={stage.hands.length > 0 ? "light" : "subtle"}
        color={stage.hands.length > 0 ? "pine" : "gray"}
        h={44}
        leftSection={<IconHandStop size={20} />}
        onClick={props.onPeople}
      >
        {t("live.hands", { count: stage.hands.length })}
      </Button>
      <JoinVideoButton video={props.video} />
      <span className={styles["grow"]} />
      <Button variant="light" color="red" h={44} leftSection={<IconDoorExit size={20} />} onClick={end}>
        {t("live.end")}
      </Button>
    </footer>
  );
}
