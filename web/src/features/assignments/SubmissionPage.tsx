import { ActionIcon, Group, Select, Stack, Text, Tooltip } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, Navigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useServices } from "@/api/services.tsx";
import { Page } from "@/components/Page.tsx";
import { PageProblem } from "@/components/PageProblem.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import styles from "./assignments.module.css";
import { AttemptView } from "./AttemptView.tsx";
import { GradePanel } from "./GradePanel.tsx";
import {
  assignmentQuery,
  neighboursQuery,
  submissionQuery,
  type Assignment,
  type Submission,
  type WorkNeighbours,
} from "./queries.ts";
import { WorkBadge } from "./WorkBadge.tsx";

const route = getRouteApi("/members/shell/submissions/$submissionId");

/** One student's work beside its grading; a student finds their own with the task. */
export function SubmissionPage() {
  const { t } = useTranslation();
  const { api } = useServices();
  const { submissionId } = route.useParams();
  const submission = useQuery(submissionQuery(api, submissionId));
  const assignment = useQuery({
    ...assignmentQuery(api, submission.data?.assignment_id ?? ""),
    enabled: submission.data !== undefined,
  });
  const error = submission.error ?? assignment.error;
  if (error && !(submission.data && assignment.data)) {
    return (
      <PageProblem
        error={error}
        retry={() => void Promise.all([submission.refetch(), submission.data && assignment.refetch()])}
      />
    );
  }
  if (!submission.data || !assignment.data) {
    return (
      <Page title={t("assignments.work")}>
        <RowsLoading rows={4} />
      </Page>
    );
  }
  if (!assignment.data.teaches) {
    return (
      <Navigate
        to="/assignments/$assignmentId"
        params={{ assignmentId: assignment.data.id }}
        search={{}}
        replace
      />
    );
  }
  return <GradingPage key={submission.data.id} assignment={assignment.data} submission={submission.data} />;
}

function GradingPage({ assignment, submission }: { assignment: Assignment; submission: Submission }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const navigate = route.useNavigate();
  const client = useQueryClient();
  const { data: beside } = useQuery(neighboursQuery(api, submission.id));
  const [shown, setShown] = useState<number | null>(null);
  const address = beside?.namesake ? submission.user.email : null;
  const open = (id: string | null | undefined) => {
    if (id != null) void navigate({ to: "/submissions/$submissionId", params: { submissionId: id } });
  };
  // Whoever goes on before it is known whose work that is gets there all the same.
  const go = async (to: (found: WorkNeighbours) => string | null | undefined) => {
    open(to(beside ?? (await client.query({ ...neighboursQuery(api, submission.id), staleTime: "static" }))));
  };
  // What waits for a grade comes first, then whoever is next by name.
  const next = () => void go((found) => found.to_grade ?? found.next);
  useHotkeys(
    [
      ["alt+ArrowLeft", () => void go((found) => found.previous)],
      ["alt+ArrowRight", () => void go((found) => found.next)],
    ],
    [],
  );
  const attempt =
    submission.attempts.find(({ number }) => number === shown) ?? submission.attempts.at(-1) ?? null;
  return (
    <Page
      title={submission.user.name}
      detail={
        <>
          <Link to="/assignments/$assignmentId" params={{ assignmentId: assignment.id }} search={{}}>
            {assignment.title}
          </Link>
          {address && ` · ${address}`}
        </>
      }
      action={
        <Group gap="xs">
          <WorkBadge state={submission.state} lateSeconds={submission.late_seconds} />
          <Group gap="xs" wrap="nowrap">
            <Tooltip label={t("assignments.previousStudent")}>
              <ActionIcon
                variant="default"
                size={44}
                aria-label={t("assignments.previousStudent")}
                disabled={beside?.previous == null}
                onClick={() => open(beside?.previous)}
              >
                <IconChevronLeft size={20} className={styles["mirrored"]} />
              </ActionIcon>
            </Tooltip>
            <Text size="sm" c="dimmed" aria-live="polite" style={{ whiteSpace: "nowrap" }}>
              {beside &&
                beside.place > 0 &&
                t("assignments.place", { place: beside.place, all: beside.count })}
            </Text>
            <Tooltip label={t("assignments.nextStudent")}>
              <ActionIcon
                variant="default"
                size={44}
                aria-label={t("assignments.nextStudent")}
                disabled={beside?.next == null}
                onClick={() => open(beside?.next)}
              >
                <IconChevronRight size={20} className={styles["mirrored"]} />
              </ActionIcon>
            </Tooltip>
          </Group>
        </Group>
      }
    >
      <div className={styles["grading"]}>
        <Stack component="section" aria-label={t("assignments.work")}>
          {submission.attempts.length > 1 && (
            <Select
              label={t("assignments.attempt")}
              maw={240}
              allowDeselect={false}
              data={submission.attempts.map(({ number }) => ({
                value: String(number),
                label: t("assignments.attemptNumber", { number }),
              }))}
              value={String(attempt?.number ?? "")}
              onChange={(value) => setShown(Number(value))}
            />
          )}
          {attempt ? (
            <AttemptView
              submission={submission}
              attempt={attempt}
              classId={assignment.class_id}
              teaches={true}
            />
          ) : (
            <Text c="dimmed">{t("assignments.nothingYet")}</Text>
          )}
        </Stack>
        <div className={styles["panel"]}>
          <GradePanel assignment={assignment} submission={submission} onNext={next} />
        </div>
      </div>
    </Page>
  );
}
