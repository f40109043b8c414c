import { ActionIcon, Button, Group, Paper, Tooltip, VisuallyHidden } from "@mantine/core";
import {
  IconChevronLeft,
  IconChevronRight,
  IconEye,
  IconLayoutSidebar,
  IconPencil,
  IconPencilOff,
  IconPresentation,
  IconWalk,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { ReactNode } from "react";
import styles from "./Deck.module.css";
import type { Pace } from "./core/deck.ts";
import type { Walk } from "./useDeck.ts";

function Tool(props: {
  label: string;
  onClick: () => void;
  pressed?: boolean;
  disabled?: boolean;
  children: ReactNode;
}) {
  return (
    <Tooltip label={props.label}>
      <ActionIcon
        variant={props.pressed ? "light" : "subtle"}
        color={props.pressed ? undefined : "gray"}
        size={44}
        aria-label={props.label}
        aria-pressed={props.pressed}
        disabled={props.disabled}
        onClick={props.onClick}
      >
        {props.children}
      </ActionIcon>
    </Tooltip>
  );
}

/** Turning pages, following the class, the pen. Floats below the page. */
export function Controls(props: {
  walk: Walk;
  count: number;
  teaches: boolean;
  pace: Pace;
  onPace: ((pace: Pace) => void) | null;
  railShown: boolean;
  onRail: () => void;
  drawing: boolean;
  /** Above the canvas's own bar, where that stands at the lower edge. */
  raised: boolean;
  /** There is room for one button only, beside the page: what puts the pen down. */
  low: boolean;
  onDraw: (() => void) | null;
}) {
  const { t } = useTranslation();
  const { walk, count, teaches, pace } = props;
  const number = walk.slide?.number ?? 0;
  const { lead } = walk;
  const back = lead !== null && !walk.following;
  const pen = props.onDraw && (
    <Tool
      label={t(props.drawing ? "slides.putPenDown" : "slides.draw")}
      pressed={props.drawing}
      onClick={props.onDraw}
    >
      {props.drawing ? <IconPencilOff size={20} /> : <IconPencil size={20} />}
    </Tool>
  );
  if (props.low) return <div className={styles["penBeside"]}>{pen}</div>;
  return (
    <Paper
      className={styles["controls"]}
      data-raised={props.raised}
      shadow="md"
      radius="xl"
      withBorder
      role="toolbar"
      aria-label={t("slides.controls")}
    >
      <Group gap={2} wrap="nowrap" justify="center">
        <Tool label={t("slides.overview")} pressed={props.railShown} onClick={props.onRail}>
          <IconLayoutSidebar size={20} />
        </Tool>
        <Tool label={t("slides.previous")} disabled={number <= 1} onClick={() => walk.step(-1)}>
          <IconChevronLeft size={22} className={styles["flip"]} />
        </Tool>
        <span className={styles["counter"]} data-number={number} data-count={count}>
          {t("slides.counter", { number, count })}
        </span>
        <Tool label={t("slides.next")} disabled={number >= count} onClick={() => walk.step(1)}>
          <IconChevronRight size={22} className={styles["flip"]} />
        </Tool>
        {back ? (
          <Button
            h={44}
            px="sm"
            radius="xl"
            variant="light"
            leftSection={<IconPresentation size={18} aria-hidden />}
            onClick={walk.follow}
          >
            <span className={styles["wide"]}>{t(teaches ? "slides.lead" : "slides.follow")}</span>
            <span className={styles["leadNumber"]}>{lead.number}</span>
            <VisuallyHidden>
              {t(teaches ? "slides.leadAgain" : "slides.followAgain", { number: lead.number })}
            </VisuallyHidden>
          </Button>
        ) : (
          <Tool label={t(teaches ? "slides.lookAround" : "slides.roam")} onClick={walk.roam}>
            <IconEye size={20} />
          </Tool>
        )}
        {props.onPace && (
          <Tool
            label={t(pace === "teacher" ? "slides.paceToStudents" : "slides.paceToTeacher")}
            pressed={pace === "student"}
            onClick={() => props.onPace?.(pace === "teacher" ? "student" : "teacher")}
          >
            <IconWalk size={20} />
          </Tool>
        )}
        {pen}
      </Group>
    </Paper>
  );
}
