import { Button, Text } from "@mantine/core";
import { IconHandOff, IconHandStop, IconHistory } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Me } from "@/api/types.ts";
import styles from "./Classroom.module.css";
import type { StageState } from "./core/stage.ts";
import type { StageActions } from "./useStageActions.ts";
import { JoinVideoButton, type Video } from "./VideoPlace.tsx";

/** The student's bar below the stage: the hand, and how far it has come in line. */
export function StudentBar(props: {
  handUp: boolean;
  stage: StageState;
  me: Me;
  actions: StageActions;
  video: Video;
  missed: number;
  onSoFar: () => void;
}) {
  const { t } = useTranslation();
  const place = props.stage.hands.findIndex(({ userId }) => userId === props.me.id) + 1;
  return (
    <footer className={styles["bar"]} aria-label={t("live.studentBar")}>
      <HandButton handUp={props.handUp} actions={props.actions} />
      {place > 0 && (
        <Text size="sm" c="dimmed">
          {t("live.placeInLine", { place })}
        </Text>
      )}
      <JoinVideoButton video={props.video} />
      {props.missed > 0 && (
        <>
          <span className={styles["grow"]} />
          <Button
            h={44}
            variant="subtle"
            color="gray"
            leftSection={<IconHistory size={20} />}
            onClick={props.onSoFar}
          >
            {t("live.missed", { count: props.missed })}
          </Button>
        </>
      )}
    </footer>
  );
}

export function HandButton({ handUp, actions }: { handUp: boolean; actions: StageActions }) {
  const { t } = useTranslation();
  return (
    <Button
      h={44}
      variant={handUp ? "filled" : "light"}
      leftSection={handUp ? <IconHandOff size={20} /> : <IconHandStop size={20} />}
      aria-pressed={handUp}
      onClick={() => actions.raiseHand(!handUp)}
    >
      {t(handUp ? "live.lowerHand" : "live.raiseHand")}
    </Button>
  );
}
