import {
  ActionIcon,
  Badge,
  Button,
  Group,
  Menu,
  Stack,
  Text,
  Title,
  Tooltip,
  VisuallyHidden,
} from "@mantine/core";
import {
  IconArrowDown,
  IconArrowUp,
  IconBook2,
  IconCheck,
  IconGripVertical,
  IconPencil,
  IconPlus,
} from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { wordsFor } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import type { ClassRoom } from "@/api/types.ts";
import { AskTitle } from "@/components/AskTitle.tsx";
import { EmptyState } from "@/components/EmptyState.tsx";
import { ErrorState } from "@/components/ErrorState.tsx";
import { DeleteItem, MoreMenu } from "@/components/MoreMenu.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import { moment } from "@/components/time.ts";
import { tellProblem, tellWithUndo } from "@/components/toast.tsx";
import { placeLesson, stepLesson, stepUnit, orderOf, type Order } from "./core/outline.ts";
import styles from "./lessons.module.css";
import { PublicationBadge } from "./Publication.tsx";
import { lessonChanged, lessonsQuery, type LessonSummary, type Unit } from "./queries.ts";
import { useOrder } from "./useOrder.ts";

/** The lessons of a class in their units; teachers put them in order here. */
export default function LessonsTab({ room }: { room: ClassRoom }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const lessons = useQuery(lessonsQuery(api, room.id));
  const teaches = room.role === "teacher";
  const [adding, setAdding] = useState(false);
  const addUnit = teaches && (
    <Button h={44} leftSection={<IconPlus size={18} />} onClick={() => setAdding(true)}>
      {t("lessons.newUnit")}
    </Button>
  );
  const empty = lessons.data?.length === 0;
  return (
    <Stack gap="lg">
      {teaches && !empty && <Group justify="flex-end">{addUnit}</Group>}
      {lessons.isPending && <RowsLoading rows={4} height={60} />}
      {lessons.error && <ErrorState error={lessons.error} retry={() => void lessons.refetch()} />}
      {empty && (
        <EmptyState
          icon={<IconBook2 size={28} />}
          title={t("lessons.noneTitle")}
          action={addUnit || undefined}
        >
          {t(teaches ? "lessons.noneTeacher" : "lessons.noneStudent")}
        </EmptyState>
      )}
      {lessons.data && !empty && <Outline room={room} units={lessons.data} teaches={teaches} />}
      <AskTitle
        opened={adding}
        onClose={() => setAdding(false)}
        heading={t("lessons.newUnit")}
        label={t("lessons.unitTitle")}
        placeholder={t("lessons.unitExample")}
        submit={t("lessons.addUnit")}
        onSubmit={async (title) => {
          await api.POST("/api/classes/{class_id}/units", {
            params: { path: { class_id: room.id } },
            body: { title },
          });
          await lessonChanged(client, room.id);
        }}
      />
    </Stack>
  );
}

/** What is dragged, and where it would land. */
interface Dragging {
  readonly lesson: string;
  readonly over: {
    readonly unit: string;
    readonly at: number;
    readonly lesson: string | null;
    readonly side: "before" | "after";
  } | null;
}

function Outline({ room, units, teaches }: { room: ClassRoom; units: readonly Unit[]; teaches: boolean }) {
  const { t } = useTranslation();
  const { move, said } = useOrder(room.id);
  const [dragging, setDragging] = useState<Dragging | null>(null);
  const list = useRef<HTMLDivElement>(null);
  const order = orderOf(units);
  const drop = () => {
    if (dragging?.over) {
      const { unit, at } = dragging.over;
      const title =
        units.flatMap(({ lessons }) => lessons).find(({ id }) => id === dragging.lesson)?.title ?? "";
      move(placeLesson(order, dragging.lesson, unit, at), order, title);
    }
    setDragging(null);
  };
  /** Where the others leave a gap, counted without the dragged one. */
  const look = (clientY: number) => {
    if (!dragging) return;
    let over: Dragging["over"] = null;
    for (const section of list.current?.querySelectorAll<HTMLElement>("[data-unit]") ?? []) {
      const unit = section.dataset["unit"] ?? "";
      const box = section.getBoundingClientRect();
      if (clientY < box.top || clientY > box.bottom) continue;
      const rows = [...section.querySelectorAll<HTMLElement>("[data-lesson]")].filter(
        (row) => row.dataset["lesson"] !== dragging.lesson,
      );
      const at = rows.findIndex((row) => {
        const { top, height } = row.getBoundingClientRect();
        return clientY < top + height / 2;
      });
      const mark = at === -1 ? rows.at(-1) : rows[at];
      over = {
        unit,
        at: at === -1 ? rows.length : at,
        lesson: mark?.dataset["lesson"] ?? null,
        side: at === -1 ? "after" : "before",
      };
    }
    if (JSON.stringify(over) !== JSON.stringify(dragging.over)) setDragging({ ...dragging, over });
  };
  useEffect(() => {
    if (!dragging) return;
    const onMove = (event: PointerEvent) => look(event.clientY);
    const onCancel = () => setDragging(null);
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape") setDragging(null);
    };
    window.addEventListener("pointermove", onMove);
    window.addEventListener("pointerup", drop);
    window.addEventListener("pointercancel", onCancel);
    window.addEventListener("keydown", onKey);
    return () => {
      window.removeEventListener("pointermove", onMove);
      window.removeEventListener("pointerup", drop);
      window.removeEventListener("pointercancel", onCancel);
      window.removeEventListener("keydown", onKey);
    };
  });
  // In another unit the row is another element: whoever moves it by keyboard goes on with it.
  const stepped = useRef<string | null>(null);
  useEffect(() => {
    if (stepped.current === null || document.activeElement !== document.body) return;
    list.current
      ?.querySelector<HTMLElement>(`[data-lesson="${stepped.current}"] [aria-keyshortcuts]`)
      ?.focus();
  }, [units]);
  return (
    <div ref={list}>
      <Stack gap="xl">
        {units.map((unit, index) => (
          <UnitSection
            key={unit.id}
            room={room}
            unit={unit}
            order={order}
            first={index === 0}
            last={index === units.length - 1}
            teaches={teaches}
            dragging={dragging}
            onGrab={(lesson) => setDragging({ lesson, over: null })}
            onStep={(lesson) => {
              stepped.current = lesson;
            }}
            move={move}
          />
        ))}
      </Stack>
      <VisuallyHidden aria-live="polite">{said}</VisuallyHidden>
      {teaches && units.some(({ lessons }) => lessons.length > 1) && (
        <Text size="sm" c="dimmed" mt="md">
          {t("lessons.orderAbout")}
        </Text>
      )}
    </div>
  );
}

function UnitSection(props: {
  room: ClassRoom;
  unit: Unit;
  order: Order;
  first: boolean;
  last: boolean;
  teaches: boolean;
  dragging: Dragging | null;
  onGrab: (lessonId: string) => void;
  onStep: (lessonId: string) => void;
  move: ReturnType<typeof useOrder>["move"];
}) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { room, unit, order, teaches, dragging } = props;
  const [asking, setAsking] = useState<"lesson" | "rename" | null>(null);
  const path = { params: { path: { class_id: room.id, unit_id: unit.id } } };
  const settle = {
    onError: (error: unknown) => tellProblem(t(wordsFor(error))),
    onSettled: () => lessonChanged(client, room.id),
  };
  const restore = useMutation({
    mutationFn: () => api.POST("/api/classes/{class_id}/units/{unit_id}/restore", path),
    ...settle,
  });
  const remove = useMutation({
    mutationFn: () => api.DELETE("/api/classes/{class_id}/units/{unit_id}", path),
    onSuccess: () =>
      tellWithUndo({
        message: t("lessons.unitDeleted", { title: unit.title }),
        undoLabel: t("actions.undo"),
        undo: () => restore.mutate(),
      }),
    ...settle,
  });
  const emptyTarget = dragging?.over?.unit === unit.id && dragging.over.lesson === null;
  return (
    <section data-unit={unit.id} aria-label={unit.title}>
      <Group justify="space-between" mb="xs" gap="sm">
        <Title order={2} size="h4" style={{ overflowWrap: "anywhere", flex: "1 1 200px" }}>
          {unit.title}
        </Title>
        {teaches && (
          <Group gap={4} wrap="nowrap">
            <Button
              variant="subtle"
              h={44}
              leftSection={<IconPlus size={18} />}
              onClick={() => setAsking("lesson")}
            >
              {t("lessons.newLesson")}
            </Button>
            <MoreMenu label={t("lessons.unitMenu", { title: unit.title })} width={240}>
              <Menu.Item leftSection={<IconPencil size={18} />} onClick={() => setAsking("rename")}>
                {t("actions.rename")}
              </Menu.Item>
              <Menu.Item
                leftSection={<IconArrowUp size={18} />}
                disabled={props.first}
                onClick={() => props.move(stepUnit(order, unit.id, -1), order, unit.title)}
              >
                {t("lessons.up")}
              </Menu.Item>
              <Menu.Item
                leftSection={<IconArrowDown size={18} />}
                disabled={props.last}
                onClick={() => props.move(stepUnit(order, unit.id, 1), order, unit.title)}
              >
                {t("lessons.down")}
              </Menu.Item>
              <DeleteItem onClick={() => remove.mutate()} />
            </MoreMenu>
          </Group>
        )}
      </Group>
      <div className={styles["unitBody"]} data-drop={emptyTarget || undefined}>
        {unit.lessons.length === 0 && (
          <Text c="dimmed" py="sm">
            {t("lessons.emptyUnit")}
          </Text>
        )}
        <Stack gap={8} component="ol" className={styles["list"]}>
          {unit.lessons.map((lesson) => (
            <LessonRow
              key={lesson.id}
              room={room}
              lesson={lesson}
              order={order}
              teaches={teaches}
              dragged={dragging?.lesson === lesson.id}
              drop={dragging?.over?.lesson === lesson.id ? dragging.over.side : undefined}
              onGrab={() => props.onGrab(lesson.id)}
              onStep={() => props.onStep(lesson.id)}
              move={props.move}
            />
          ))}
        </Stack>
      </div>
      <AskTitle
        opened={asking === "lesson"}
        onClose={() => setAsking(null)}
        heading={t("lessons.newLesson")}
        label={t("lessons.lessonTitle")}
        placeholder={t("lessons.lessonExample")}
        submit={t("lessons.write")}
        onSubmit={async (title) => {
          const made = await body(
            api.POST("/api/classes/{class_id}/lessons", {
              params: { path: { class_id: room.id } },
              body: { unit_id: unit.id, title },
            }),
          );
          await lessonChanged(client, room.id, made);
          await navigate({
            to: "/classes/$classId/lessons/$lessonId",
            params: { classId: room.id, lessonId: made.id },
            search: { edit: true },
          });
        }}
      />
      <AskTitle
        opened={asking === "rename"}
        onClose={() => setAsking(null)}
        heading={t("lessons.renameUnit")}
        label={t("lessons.unitTitle")}
        initial={unit.title}
        submit={t("actions.save")}
        onSubmit={async (title) => {
          await api.PATCH("/api/classes/{class_id}/units/{unit_id}", { ...path, body: { title } });
          await lessonChanged(client, room.id);
        }}
      />
    </section>
  );
}

function LessonRow(props: {
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
export function ReadingMark({ own }: { own: LessonSummary["own"] }) {
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
