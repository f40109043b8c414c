import { Anchor, Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { IconClock, IconHandStop, IconListCheck, IconMessage } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { wordsFor } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import type { ClassRoom, Me } from "@/api/types.ts";
import { EmptyState } from "@/components/EmptyState.tsx";
import { tellProblem } from "@/components/toast.tsx";
import { activityLink } from "./activityLink.ts";
import { isDone, isOverdue, type BoardColumn } from "./core/board.ts";
import type { BoardStore } from "./core/boardStore.ts";
import type { ProgressColumn } from "./queries.ts";
import { StateMark } from "./StateMark.tsx";
import { useCell, useObserved } from "./useBoardStore.ts";
import { useNow } from "./useNow.ts";
import { dueWords, typeWords } from "./words.ts";

/** A student's own row, as a list: what there is to do, how far it is, and what the teacher says. */
export function StudentBoard(props: {
  room: ClassRoom;
  me: Me;
  store: BoardStore;
  known: readonly ProgressColumn[];
}) {
  const { t } = useTranslation();
  const columns = useObserved(props.store.columns);
  if (columns.length === 0) {
    return (
      <EmptyState icon={<IconListCheck size={28} />} title={t("progress.nothingTitle")}>
        {t("progress.nothing")}
      </EmptyState>
    );
  }
  return (
    <Stack component="ul" gap="sm" p={0} m={0} style={{ listStyle: "none" }} aria-label={t("progress.own")}>
      {columns.map((column) => (
        <Activity
          key={column.id}
          {...props}
          column={column}
          behind={props.known.find(({ id }) => id === column.id)}
        />
      ))}
    </Stack>
  );
}

function Activity(props: {
  room: ClassRoom;
  me: Me;
  store: BoardStore;
  column: BoardColumn;
  behind: ProgressColumn | undefined;
}) {
  const { t, i18n } = useTranslation();
  const { api } = useServices();
  const { column, behind } = props;
  const cell = useCell(props.store, props.me.id, column.id);
  const overdue = isOverdue(column, cell.state, useNow());
  const due = dueWords(column, i18n.language);
  const isStuck = cell.state === "stuck";
  const setStuck = useMutation({
    mutationFn: (stuck: boolean) =>
      api.PUT("/api/classes/{class_id}/progress/cells/{user_id}/{column_id}/stuck", {
        params: { path: { class_id: props.room.id, user_id: props.me.id, column_id: column.id } },
        body: { stuck },
      }),
    onError: (error) => tellProblem(t(wordsFor(error))),
  });
  const activity = activityLink(props.room.id, behind);
  return (
    <Paper component="li" withBorder p="md" radius="md">
      <Group justify="space-between" gap="sm" align="flex-start">
        <div style={{ minWidth: 0, flex: "1 1 240px" }}>
          <Title order={2} size="h5" style={{ overflowWrap: "anywhere" }}>
            {activity === null ? (
              column.title
            ) : (
              <Anchor
                inherit
                c="var(--mantine-color-text)"
                underline="always"
                renderRoot={(link) => <Link {...activity} {...link} />}
              >
                {column.title}
              </Anchor>
            )}
          </Title>
          <Group gap="xs" mt={2}>
            <Text size="sm" c="dimmed">
              {[typeWords(column.type, t), due && t("progress.due", { due })].filter(Boolean).join(" · ")}
            </Text>
            {overdue && (
              <Group gap={4} c="var(--mantine-color-error)">
                <IconClock size={16} aria-hidden />
                <Text size="sm" fw={600} c="inherit">
                  {t("progress.overdue")}
                </Text>
              </Group>
            )}
          </Group>
        </div>
        <Group gap="sm">
          <span aria-live="polite">
            <StateMark state={cell.state} score={cell.score} />
          </span>
          {!isDone(cell.state) && (
            <Button
              variant={isStuck ? "filled" : "default"}
              h={44}
              leftSection={<IconHandStop size={18} />}
              loading={setStuck.isPending}
              onClick={() => setStuck.mutate(!isStuck)}
            >
              {t(isStuck ? "progress.notStuck" : "progress.iAmStuck")}
            </Button>
          )}
        </Group>
      </Group>
      {cell.remark !== null && (
        <Group gap="xs" mt="sm" wrap="nowrap" align="flex-start">
          <IconMessage size={18} aria-label={t("progress.remark")} style={{ flex: "none", marginTop: 2 }} />
          <Text size="sm" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
            {cell.remark}
          </Text>
        </Group>
      )}
    </Paper>
  );
}
