import { Indicator, Menu, UnstyledButton } from "@mantine/core";
import {
  IconAlarm,
  IconDoorExit,
  IconDotsVertical,
  IconHandOff,
  IconHandStop,
  IconHistory,
  IconLayoutGrid,
  IconLock,
  IconLockOpen,
  IconPlayerTrackNext,
  IconUsers,
  IconVideo,
  IconWalk,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import styles from "./Classroom.module.css";
import type { StageState } from "./core/stage.ts";
import { TimerEntries } from "./TimerMenu.tsx";
import type { Thing } from "./useActivities.ts";
import { useEndClass } from "./useEndClass.tsx";
import type { StageActions } from "./useStageActions.ts";
import type { Video } from "./VideoPlace.tsx";

/** On a phone: the stage first, everything else in this bar, with badges. */
export function BottomBar(props: {
  stage: StageState;
  teaches: boolean;
  mayRoam: boolean;
  people: number;
  handUp: boolean;
  next: Thing | null;
  actions: StageActions;
  video: Video;
  onActivities: () => void;
  onPeople: () => void;
  missed: number;
  onSoFar: () => void;
}) {
  const { t } = useTranslation();
  const { stage, teaches, actions, next, video } = props;
  const end = useEndClass(actions);
  return (
    <footer className={styles["bottom"]} aria-label={t(teaches ? "live.teacherBar" : "live.studentBar")}>
      {props.mayRoam && (
        <Item icon={<IconLayoutGrid size={22} />} label={t("live.activities")} onClick={props.onActivities} />
      )}
      <Item
        icon={
          <Badge count={stage.hands.length}>
            <IconUsers size={22} />
          </Badge>
        }
        label={t("live.people")}
        description={t("live.peopleAndHands", { people: props.people, count: stage.hands.length })}
        onClick={props.onPeople}
      />
      {!teaches && (
        <Item
          icon={props.handUp ? <IconHandOff size={22} /> : <IconHandStop size={22} />}
          label={t(props.handUp ? "live.lowerHand" : "live.raiseHand")}
          on={props.handUp}
          onClick={() => actions.raiseHand(!props.handUp)}
        />
      )}
      {props.missed > 0 && (
        <Item
          icon={
            <Badge count={props.missed}>
              <IconHistory size={22} />
            </Badge>
          }
          label={t("live.missedShort")}
          description={t("live.missed", { count: props.missed })}
          onClick={props.onSoFar}
        />
      )}
      {video.state !== "none" && video.state !== "joined" && (
        <Item icon={<IconVideo size={22} />} label={t("live.joinVideo")} onClick={video.join} />
      )}
      {teaches && (
        <>
          <Item
            icon={stage.locked ? <IconLock size={22} /> : <IconLockOpen size={22} />}
            label={t("live.lock")}
            on={stage.locked}
            onClick={() => actions.change({ locked: !stage.locked })}
          />
          <Menu position="top" width={200} shadow="md">
            <Menu.Target>
              <UnstyledButton className={styles["bottomItem"]}>
                <IconAlarm size={22} aria-hidden />
                <span>{t("live.timer")}</span>
              </UnstyledButton>
            </Menu.Target>
            <Menu.Dropdown>
              <TimerEntries stage={stage} actions={actions} />
            </Menu.Dropdown>
          </Menu>
          <Menu position="top-end" width={260} shadow="md">
            <Menu.Target>
              <UnstyledButton className={styles["bottomItem"]}>
                <IconDotsVertical size={22} aria-hidden />
                <span>{t("live.more")}</span>
              </UnstyledButton>
            </Menu.Target>
            <Menu.Dropdown>
              {next && (
                <Menu.Item
                  leftSection={<IconPlayerTrackNext size={18} />}
                  onClick={() => actions.show(next.id)}
                >
                  {t("live.nextIs", { title: next.title })}
                </Menu.Item>
              )}
              <Menu.Item
                leftSection={<IconWalk size={18} />}
                onClick={() => actions.change({ roam: !stage.roam })}
              >
                {t(stage.roam ? "live.roamOff" : "live.roamOn")}
              </Menu.Item>
              <Menu.Divider />
              <Menu.Item
                leftSection={<IconDoorExit size={18} />}
                c="var(--mantine-color-error)"
                onClick={end}
              >
                {t("live.end")}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </>
      )}
    </footer>
  );
}

function Badge({ count, children }: { count: number; children: ReactNode }) {
  return (
    <Indicator label={count} size={18} disabled={count === 0} offset={2} aria-hidden>
      {children}
    </Indicator>
  );
}

function Item(props: {
  icon: ReactNode;
  label: string;
  description?: string;
  on?: boolean;
  onClick: () => void;
}) {
  return (
    <UnstyledButton
      className={styles["bottomItem"]}
      aria-pressed={props.on}
      aria-description={props.description}
      data-on={props.on}
      onClick={props.onClick}
    >
      {props.icon}
      <span>{props.label}</span>
    </UnstyledButton>
  );
}
