import { ActionIcon, Badge, Group, Text, Title, Tooltip } from "@mantine/core";
import { IconCheck, IconGripVertical } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { ClassRoom } from "@/api/types.ts";
import { moment } from "@/components/time.ts";
import { stepLesson, type Order } from "./core/outline.ts";
import styles from "./lessons.module.css";
import { PublicationBadge } from "./Publication.tsx";
import type { LessonSummary } from "./queries.ts";
import type { useOrder } from "./useOrder.ts";

/** A lesson among others: who reads it and when it appears for teachers, how far one has come for students. */
export function LessonRow(props: {
  room: ClassRoom;
  lesson: LessonSummary;
  order: Order;
  teaches: boolean;
  dragged: boolean;
  drop: "before" | "after" | undefined;
  onGrab: () => void;
  onStep: () => void;
  move: ReturnType<typeof useOrder>["move"];
}) {
  const { t, i18n } = useTranslation();
  const { room, lesson, order, teaches } = props;
  const about = teaches
    ? [
        lesson.publication === "scheduled" &&
          lesson.published_at &&
          t("lessons.appears", { when: moment(lesson.published_at, i18n.language) }),
        lesson.publication === "published" &&
          t("lessons.readBy", {
            opened: lesson.opened ?? 0,
            completed: lesson.completed ?? 0,
            students: room.student_count,
          }),
      ].find(Boolean)
    : null;
  return (
    <li className={styles["row"]} data-lesson={lesson.id} data-dragged={props.dragged} data-drop={props.drop}>
      {teaches && (
        <Tooltip label={t("lessons.moveHint")} openDelay={600}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={44}
            className={styles["handle"]}
            aria-label={t("lessons.move", { title: lesson.title })}
            aria-keyshortcuts="ArrowUp ArrowDown"
            onPointerDown={(event) => {
              event.currentTarget.releasePointerCapture(event.pointerId);
              props.onGrab();
            }}
            onKeyDown={(event) => {
              if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
              event.preventDefault();
              const by = event.key === "ArrowUp" ? -1 : 1;
              props.onStep();
              props.move(stepLesson(order, lesson.id, by), order, lesson.title);
            }}
          >
            <IconGripVertical size={18} />
          </ActionIcon>
        </Tooltip>
      )}
      <div className={styles["words"]}>
        <Title order={3} size="h5">
          <Link
            to="/classes/$classId/lessons/$lessonId"
            params={{ classId: room.id, lessonId: lesson.id }}
            search={{}}
            className={styles["open"]}
          >
            {lesson.title}
          </Link>
        </Title>
        {about && (
          <Text size="sm" c="dimmed">
            {about}
          </Text>
        )}
      </div>
      {teaches ? <PublicationBadge publication={lesson.publication} /> : <ReadingMark own={lesson.own} />}
    </li>
  );
}

/** How far one has come oneself, in words and a sign. */
function ReadingMark({ own }: { own: LessonSummary["own"] }) {
  const { t } = useTranslation();
  if (own === "completed") {
    return (
      <Group gap={4} wrap="nowrap" className={styles["done"]}>
        <IconCheck size={18} aria-hidden />
        <Text size="sm" fw={600}>
          {t("lessons.done")}
        </Text>
      </Group>
    );
  }
  if (own === "none") return <Badge variant="light">{t("lessons.new")}</Badge>;
  return (
    <Text size="sm" c="dimmed">
      {t("lessons.opened")}
    </Text>
  );
}
