import { Badge, Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconClipboardText, IconPlus } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { useServices } from "@/api/services.tsx";
import type { ClassRoom } from "@/api/types.ts";
import { AskTitle } from "@/components/AskTitle.tsx";
import { EmptyState } from "@/components/EmptyState.tsx";
import { ErrorState } from "@/components/ErrorState.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import styles from "./assignments.module.css";
import { assignmentsQuery, type Assignment } from "./queries.ts";
import { WorkBadge } from "./WorkBadge.tsx";
import { dueWords, number } from "./words.ts";

/** A class's assignments: for its teachers with what waits to be graded, for students with how far they are. */
export default function AssignmentsTab({ room }: { room: ClassRoom }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [making, make] = useDisclosure(false);
  const assignments = useQuery(assignmentsQuery(api, room.id));
  const teaches = room.role === "teacher";
  const empty = assignments.data?.length === 0;
  const newOne = teaches && (
    <Button h={44} leftSection={<IconPlus size={18} />} onClick={make.open}>
      {t("assignments.new")}
    </Button>
  );
  return (
    <Stack gap="lg">
      {!empty && newOne && <Group justify="flex-end">{newOne}</Group>}
      {assignments.isPending && <RowsLoading rows={3} height={72} />}
      {assignments.error && !assignments.data && (
        <ErrorState error={assignments.error} retry={() => void assignments.refetch()} />
      )}
      {empty && (
        <EmptyState
          icon={<IconClipboardText size={28} />}
          title={t("assignments.none")}
          action={newOne || undefined}
        >
          {t(teaches ? "assignments.noneTeacher" : "assignments.noneStudent")}
        </EmptyState>
      )}
      {!empty && assignments.data && (
        <Stack gap={8} component="ul" p={0} m={0} style={{ listStyle: "none" }}>
          {assignments.data.map((assignment) => (
            <AssignmentRow key={assignment.id} assignment={assignment} students={room.student_count} />
          ))}
        </Stack>
      )}
      {teaches && (
        <AskTitle
          opened={making}
          onClose={make.close}
          heading={t("assignments.new")}
          label={t("assignments.title")}
          submit={t("assignments.create")}
          onSubmit={async (title) => {
            const made = await body(
              api.POST("/api/classes/{class_id}/assignments", {
                params: { path: { class_id: room.id } },
                body: {
                  title,
                  points_max: 10,
                  time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
                },
              }),
            );
            await client.invalidateQueries({ queryKey: ["classes", room.id, "assignments"] });
            await navigate({
              to: "/assignments/$assignmentId",
              params: { assignmentId: made.id },
              search: { edit: true },
            });
          }}
        />
      )}
    </Stack>
  );
}

function AssignmentRow({ assignment, students }: { assignment: Assignment; students: number }) {
  const { t, i18n } = useTranslation();
  const { own, work } = assignment;
  return (
    <Card component="li" radius="lg" padding="sm" className={styles["row"]}>
      <Group gap="xs" justify="space-between">
        <div style={{ flex: "1 1 200px", minWidth: 0 }}>
          <Title order={2} size="h5" lineClamp={2}>
            <Link
              to="/assignments/$assignmentId"
              params={{ assignmentId: assignment.id }}
              search={{}}
              className={styles["open"]}
            >
              {assignment.title}
            </Link>
          </Title>
          <Text size="sm" c="dimmed">
            {dueWords(t, assignment.due_at, i18n.language)}
            {assignment.points_max != null &&
              ` · ${t("assignments.points", { count: assignment.points_max, number: number(assignment.points_max, i18n.language) })}`}
          </Text>
        </div>
        <Group gap="xs">
          {assignment.published_at == null ? (
            <Badge variant="outline" color="gray">
              {t("assignments.draft")}
            </Badge>
          ) : work ? (
            <>
              <Text size="sm" c="dimmed">
                {t("assignments.handedInOf", { count: work.handed_in, all: students })}
              </Text>
              {work.to_grade > 0 && (
                <Badge variant="filled">{t("assignments.toGrade", { count: work.to_grade })}</Badge>
              )}
            </>
          ) : (
            own && (
              <>
                {own.points != null && assignment.points_max != null && (
                  <Text size="sm" fw={600}>
                    {own.label ??
                      t("assignments.of", {
                        points: number(own.points, i18n.language),
                        max: number(assignment.points_max, i18n.language),
                      })}
                  </Text>
                )}
                <WorkBadge state={own.state} lateSeconds={own.late_seconds} />
              </>
            )
          )}
        </Group>
      </Group>
    </Card>
  );
}
