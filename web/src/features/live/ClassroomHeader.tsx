import { ActionIcon, Menu, Tooltip, UnstyledButton } from "@mantine/core";
import { IconArrowLeft, IconHandStop, IconHistory, IconScreenShare, IconUsers } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { ClassRoom, ClassSession } from "@/api/types.ts";
import type { SaveState } from "@/collab/saveState.ts";
import { MoreMenu } from "@/components/MoreMenu.tsx";
import styles from "./Classroom.module.css";
import type { PresentPerson } from "./core/people.ts";
import type { StageState } from "./core/stage.ts";
import { LinkBadge } from "./LinkBadge.tsx";
import { OnStage } from "./OnStage.tsx";
import { TimerChip } from "./TimerChip.tsx";

/** The thin bar above the stage: where one is, what is on, and what everybody must see without opening anything. */
export function ClassroomHeader(props: {
  session: ClassSession;
  room: ClassRoom;
  stage: StageState;
  people: readonly PresentPerson[];
  link: SaveState["kind"];
  synced: boolean;
  peopleShown: boolean;
  onPeople: () => void;
  onSoFar: () => void;
}) {
  const { t } = useTranslation();
  const { room, session, stage } = props;
  return (
    <header className={styles["header"]}>
      <Tooltip label={t("live.leave")}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={44}
          aria-label={t("live.leave")}
          renderRoot={(link) => (
            <Link to="/classes/$classId" params={{ classId: room.id }} search={{}} {...link} />
          )}
        >
          <IconArrowLeft
            size={20}
            style={document.documentElement.dir === "rtl" ? { transform: "scaleX(-1)" } : undefined}
          />
        </ActionIcon>
      </Tooltip>
      <span className={styles["title"]}>{session.title}</span>
      <OnStage stage={stage} />
      <span className={styles["grow"]} />
      {stage.timerEndsAt !== null && <TimerChip endsAt={stage.timerEndsAt} />}
      {stage.hands.length > 0 && <HandsChip stage={stage} onClick={props.onPeople} />}
      <LinkBadge link={props.link} synced={props.synced} />
      <Tooltip label={t("live.people")} disabled={props.peopleShown}>
        <UnstyledButton
          className={styles["count"]}
          data-active={props.peopleShown}
          aria-expanded={props.peopleShown}
          aria-label={t("live.peopleHere", { count: props.people.length })}
          onClick={props.onPeople}
        >
          <IconUsers size={20} aria-hidden />
          <span>{props.people.length}</span>
        </UnstyledButton>
      </Tooltip>
      <MoreMenu label={t("live.more")}>
        <Menu.Item leftSection={<IconHistory size={18} />} onClick={props.onSoFar}>
          {t("live.soFar")}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconScreenShare size={18} />}
          renderRoot={(link) => (
            <Link
              to="/classes/$classId/live"
              params={{ classId: room.id }}
              search={{ view: "stage" }}
              target="_blank"
              {...link}
            />
          )}
        >
          {t("live.projector")}
        </Menu.Item>
      </MoreMenu>
    </header>
  );
}

/** Names of raised hands that fit beside their number. */
const NAMED = 2;

export function HandsChip({ stage, onClick }: { stage: StageState; onClick?: () => void }) {
  const { t } = useTranslation();
  const { hands } = stage;
  const names = hands
    .slice(0, NAMED)
    .map(({ name }) => name)
    .join(", ");
  const more = hands.length - NAMED;
  const content = (
    <>
      <IconHandStop size={18} aria-hidden />
      <span className={styles["chipWords"]}>
        {names}
        {more > 0 && ` +${more}`}
      </span>
      <span className={styles["chipCount"]} aria-hidden>
        {hands.length}
      </span>
    </>
  );
  const label = t("live.handsUp", { count: hands.length, names });
  return onClick ? (
    <UnstyledButton className={styles["chip"]} data-hands aria-label={label} onClick={onClick}>
      {content}
    </UnstyledButton>
  ) : (
    <span className={styles["chip"]} data-hands role="img" aria-label={label}>
      {content}
    </span>
  );
}
