import { ActionIcon, Badge, Button, Group, Menu, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconCalendarTime,
  IconClipboardCheck,
  IconDots,
  IconDownload,
  IconEyeOff,
  IconPencil,
  IconSend,
  IconUsers,
} from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { useServices } from "@/api/services.tsx";
import { downloadBlob } from "@/components/download.ts";
import { EmptyState } from "@/components/EmptyState.tsx";
import { ErrorState } from "@/components/ErrorState.tsx";
import { Page } from "@/components/Page.tsx";
import { PersonAvatar } from "@/components/PersonAvatar.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import { addressOfNamesakes } from "@/components/sameNames.ts";
import { tell, tellProblem, tellWithUndo } from "@/components/toast.tsx";
import { AssignmentForm } from "./AssignmentForm.tsx";
import { ClassLink } from "./AssignmentPage.tsx";
import styles from "./assignments.module.css";
import { Extensions } from "./Extensions.tsx";
import { submissionsQuery, workChanged, type Assignment, type SubmissionLine } from "./queries.ts";
import { Task } from "./Task.tsx";
import { WorkBadge } from "./WorkBadge.tsx";
import { DeleteItem } from "@/components/MoreMenu.tsx";
import { number, workProblem } from "./words.ts";

/** The task beside the work of the whole class. */
export function TeacherView(props: {
  assignment: Assignment;
  editing: boolean;
  onEdit: (editing: boolean) => void;
}) {
  const { t } = useTranslation();
  const { api } = useServices();
  const { assignment } = props;
  const client = useQueryClient();
  const navigate = useNavigate();
  const [extending, extend] = useDisclosure(false);
  const lines = useQuery(submissionsQuery(api, assignment.id));
  const path = { params: { path: { assignment_id: assignment.id } } };
  const about = { assignmentId: assignment.id, classId: assignment.class_id };
  const settle = {
    onError: (error: unknown) => tellProblem(t(workProblem(error))),
    onSettled: () => workChanged(client, about),
  };
  const publish = useMutation({
    mutationFn: () => api.POST("/api/assignments/{assignment_id}/publish", path),
    onSuccess: () => tell(t("assignments.published")),
    ...settle,
  });
  const withdraw = useMutation({
    mutationFn: () => api.POST("/api/assignments/{assignment_id}/withdraw", path),
    ...settle,
  });
  const restore = useMutation({
    mutationFn: () => api.POST("/api/assignments/{assignment_id}/restore", path),
    ...settle,
  });
  const remove = useMutation({
    mutationFn: () => api.DELETE("/api/assignments/{assignment_id}", path),
    onSuccess: async () => {
      await navigate({
        to: "/classes/$classId",
        params: { classId: assignment.class_id },
        search: { tab: "assignments" },
      });
      tellWithUndo({
        message: t("assignments.deleted", { title: assignment.title }),
        undoLabel: t("actions.undo"),
        undo: () => restore.mutate(),
      });
    },
    ...settle,
  });
  const download = useMutation({
    mutationFn: async () =>
      downloadBlob(
        await body(api.GET("/api/assignments/{assignment_id}/submissions.zip", { ...path, parseAs: "blob" })),
        `${assignment.title}.zip`,
      ),
    onError: (error) => tellProblem(t(workProblem(error))),
  });
  const draft = assignment.published_at == null;
  const addressOf = addressOfNamesakes((lines.data ?? []).map(({ user }) => user));
  const waiting = (lines.data ?? []).find(({ id, state }) => id != null && state === "handed_in");
  return (
    <Page
      title={assignment.title}
      detail={<ClassLink classId={assignment.class_id} title={assignment.class_title} />}
      action={
        <Group gap="sm">
          {draft && (
            <Badge variant="outline" color="gray">
              {t("assignments.draft")}
            </Badge>
          )}
          {draft ? (
            <Button
              h={44}
              leftSection={<IconSend size={18} />}
              loading={publish.isPending}
              onClick={() => publish.mutate()}
            >
              {t("assignments.publish")}
            </Button>
          ) : (
            waiting?.id != null && (
              <Button
                h={44}
                leftSection={<IconClipboardCheck size={18} />}
                renderRoot={(rest) => (
                  <Link
                    to="/submissions/$submissionId"
                    params={{ submissionId: waiting.id ?? "" }}
                    {...rest}
                  />
                )}
              >
                {t("assignments.startGrading", { count: assignment.work?.to_grade ?? 0 })}
              </Button>
            )
          )}
          <Menu position="bottom-end" width={260}>
            <Menu.Target>
              <ActionIcon variant="default" size={44} aria-label={t("assignments.more")}>
                <IconDots size={20} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconPencil size={18} />} onClick={() => props.onEdit(true)}>
                {t("assignments.edit")}
              </Menu.Item>
              <Menu.Item leftSection={<IconCalendarTime size={18} />} onClick={extend.open}>
                {t("assignments.extensions")}
              </Menu.Item>
              <Menu.Item
                leftSection={<IconDownload size={18} />}
                disabled={!assignment.work?.handed_in}
                onClick={() => download.mutate()}
              >
                {t("assignments.download")}
              </Menu.Item>
              {!draft && (
                <Menu.Item leftSection={<IconEyeOff size={18} />} onClick={() => withdraw.mutate()}>
                  {t("assignments.withdraw")}
                </Menu.Item>
              )}
              <DeleteItem onClick={() => remove.mutate()} />
            </Menu.Dropdown>
          </Menu>
        </Group>
      }
    >
      <div className={styles["columns"]}>
        <Task assignment={assignment} />
        <section aria-label={t("assignments.work")}>
          <Title order={2} size="h4" mb="xs">
            {t("assignments.work")}
          </Title>
          {lines.isPending && <RowsLoading rows={4} />}
          {lines.error && !lines.data && (
            <ErrorState error={lines.error} retry={() => void lines.refetch()} />
          )}
          {lines.data?.length === 0 && (
            <EmptyState icon={<IconUsers size={28} />} title={t("assignments.noStudents")}>
              {t("assignments.noStudentsAbout")}
            </EmptyState>
          )}
          <Stack component="ul" gap={2} p={0} m={0} style={{ listStyle: "none" }}>
            {lines.data?.map((line) => (
              <WorkLine
                key={line.user.id}
                line={line}
                address={addressOf(line.user)}
                assignment={assignment}
              />
            ))}
          </Stack>
        </section>
      </div>
      {props.editing && <AssignmentForm assignment={assignment} onClose={() => props.onEdit(false)} />}
      {extending && <Extensions assignment={assignment} students={lines.data ?? []} onClose={extend.close} />}
    </Page>
  );
}

function WorkLine(props: { line: SubmissionLine; address: string | null; assignment: Assignment }) {
  const { line, address, assignment } = props;
  const { t, i18n } = useTranslation();
  return (
    <li className={styles["line"]}>
      <PersonAvatar person={line.user} size={32} />
      <div style={{ flex: "1 1 140px", minWidth: 0 }}>
        <Text truncate>
          {line.id == null || line.attempts === 0 ? (
            <bdi>{line.user.name}</bdi>
          ) : (
            <Link
              to="/submissions/$submissionId"
              params={{ submissionId: line.id }}
              className={styles["open"]}
            >
              <bdi>{line.user.name}</bdi>
            </Link>
          )}
        </Text>
        {address && (
          <Text size="sm" c="dimmed" truncate>
            {address}
          </Text>
        )}
        {line.extended && (
          <Text size="sm" c="dimmed">
            {t("assignments.extended")}
          </Text>
        )}
      </div>
      {line.excused ? (
        <Text size="sm">{t("assignments.excused")}</Text>
      ) : (
        line.points != null &&
        assignment.points_max != null && (
          <Text size="sm" fw={600}>
            {line.label ??
              t("assignments.of", {
                points: number(line.points, i18n.language),
                max: number(assignment.points_max, i18n.language),
              })}
          </Text>
        )
      )}
      <WorkBadge state={line.state} lateSeconds={line.late_seconds} />
    </li>
  );
}
