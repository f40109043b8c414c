import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { useServices } from "@/api/services.tsx";
import { ErrorState } from "@/components/ErrorState.tsx";
import { Page } from "@/components/Page.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import { tellProblem } from "@/components/toast.tsx";
import { ClassLink } from "./AssignmentPage.tsx";
import styles from "./assignments.module.css";
import { AttemptView } from "./AttemptView.tsx";
import { HandIn } from "./HandIn.tsx";
import { submissionQuery, workChanged, type Assignment } from "./queries.ts";
import { Returned } from "./Returned.tsx";
import { Task } from "./Task.tsx";
import { WorkBadge } from "./WorkBadge.tsx";
import { workProblem } from "./words.ts";

/** The task beside one's own work for it, and what came back. */
export function StudentView({ assignment }: { assignment: Assignment }) {
  const { own } = assignment;
  return (
    <Page
      title={assignment.title}
      detail={<ClassLink classId={assignment.class_id} title={assignment.class_title} />}
      action={own && <WorkBadge state={own.state} lateSeconds={own.late_seconds} />}
    >
      <div className={styles["columns"]}>
        <Task assignment={assignment} />
        {own?.submission_id ? (
          <OwnWork assignment={assignment} submissionId={own.submission_id} />
        ) : (
          <Begin assignment={assignment} />
        )}
      </div>
    </Page>
  );
}

function Begin({ assignment }: { assignment: Assignment }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const { own } = assignment;
  const begin = useMutation({
    mutationFn: () =>
      body(
        api.PUT("/api/assignments/{assignment_id}/draft", {
          params: { path: { assignment_id: assignment.id } },
          body: {},
        }),
      ),
    onSuccess: (made) => client.setQueryData(submissionQuery(api, made.id).queryKey, made),
    onError: (error) => tellProblem(t(workProblem(error))),
    onSettled: () => workChanged(client, { assignmentId: assignment.id, classId: assignment.class_id }),
  });
  const [now] = useState(Date.now);
  const over = assignment.cutoff_at != null && Date.parse(assignment.cutoff_at) < now;
  return (
    <Stack component="section" aria-label={t("assignments.yourWork")}>
      <Title order={2} size="h4">
        {t("assignments.yourWork")}
      </Title>
      {own?.state === "returned" ? (
        <Text>{t("assignments.gradedWithout")}</Text>
      ) : over ? (
        <Text>{t("assignments.problem.too_late")}</Text>
      ) : (
        <>
          <Text c="dimmed">{t("assignments.beginAbout")}</Text>
          <Group>
            <Button
              h={44}
              leftSection={<IconPlayerPlay size={18} />}
              loading={begin.isPending}
              onClick={() => begin.mutate()}
            >
              {t("assignments.begin")}
            </Button>
          </Group>
        </>
      )}
    </Stack>
  );
}

function OwnWork({ assignment, submissionId }: { assignment: Assignment; submissionId: string }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const submission = useQuery(submissionQuery(api, submissionId));
  const again = useMutation({
    mutationFn: () =>
      api.POST("/api/submissions/{submission_id}/attempts", {
        params: { path: { submission_id: submissionId } },
      }),
    onError: (error) => tellProblem(t(workProblem(error))),
    onSettled: () => workChanged(client, { assignmentId: assignment.id, classId: assignment.class_id }),
  });
  if (submission.error && !submission.data) {
    return <ErrorState error={submission.error} retry={() => void submission.refetch()} />;
  }
  if (!submission.data) return <RowsLoading rows={3} />;
  const { data } = submission;
  const last = data.attempts.at(-1);
  return (
    <Stack gap="lg">
      {data.grade && <Returned assignment={assignment} grade={data.grade} />}
      {data.writing && <HandIn key={data.attempts.length} assignment={assignment} submission={data} />}
      {(!data.writing || (!data.taken && last)) && (
        <Stack component="section" aria-label={t("assignments.yourWork")}>
          <Title order={2} size="h4">
            {t("assignments.yourWork")}
          </Title>
          {last ? (
            <AttemptView submission={data} attempt={last} classId={assignment.class_id} teaches={false} />
          ) : (
            <Text>{t("assignments.problem.too_late")}</Text>
          )}
          {last && data.taken && (
            <Group>
              <Button variant="default" h={44} loading={again.isPending} onClick={() => again.mutate()}>
                {t("assignments.again")}
              </Button>
              {data.attempts_left != null && (
                <Text size="sm" c="dimmed">
                  {t("assignments.attemptsLeft", { count: data.attempts_left })}
                </Text>
              )}
            </Group>
          )}
        </Stack>
      )}
    </Stack>
  );
}
