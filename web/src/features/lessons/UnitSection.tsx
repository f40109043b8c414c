import { Button, Group, Menu, Stack, Text, Title } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconPencil, IconPlus } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { wordsFor } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import type { ClassRoom } from "@/api/types.ts";
import { AskTitle } from "@/components/AskTitle.tsx";
import { DeleteItem, MoreMenu } from "@/components/MoreMenu.tsx";
import { tellProblem, tellWithUndo } from "@/components/toast.tsx";
import { stepUnit, type Order } from "./core/outline.ts";
import { LessonRow } from "./LessonRow.tsx";
import styles from "./lessons.module.css";
import { lessonChanged, type Unit } from "./queries.ts";
import type { Dragging } from "./useDragging.ts";
import type { useOrder } from "./useOrder.ts";

/** A unit with its lessons; teachers add to it, rename, move and delete it here. */
export function UnitSection(props: {
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
