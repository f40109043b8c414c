import { ActionIcon, Badge, Button, Group, Menu, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconCalendarTime,
  IconClipboardCheck,
  IconDots,
  IconDownload,
  IconEyeOff,
  IconPencil,
  IconSend,
} from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { useServices } from "@/api/services.tsx";
import { downloadBlob } from "@/components/download.ts";
import { Page } from "@/components/Page.tsx";
import { tell, tellProblem, tellWithUndo } from "@/components/toast.tsx";
import { AssignmentForm } from "./AssignmentForm.tsx";
import { ClassLink } from "./AssignmentPage.tsx";
import styles from "./assignments.module.css";
import { Extensions } from "./Extensions.tsx";
import { waitingQuery, workChanged, type Assignment } from "./queries.ts";
import { Task } from "./Task.tsx";
import { WorkLines } from "./WorkLines.tsx";
import { DeleteItem } from "@/components/MoreMenu.tsx";
import { workProblem } from "./words.ts";

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
  const toGrade = assignment.work?.to_grade ?? 0;
  const { data: waiting } = useQuery({ ...waitingQuery(api, assignment.id), enabled: toGrade > 0 });
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
            toGrade > 0 &&
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
                {t("assignments.startGrading", { count: toGrade })}
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
          <WorkLines assignment={assignment} />
        </section>
      </div>
      {props.editing && <AssignmentForm assignment={assignment} onClose={() => props.onEdit(false)} />}
      {extending && <Extensions assignment={assignment} onClose={extend.close} />}
    </Page>
  );
}
