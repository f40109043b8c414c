import { Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { FileList } from "@/components/files/FileList.tsx";
import { moment } from "@/components/time.ts";
import styles from "./assignments.module.css";
import { PageView } from "./PageView.tsx";
import type { Submission } from "./queries.ts";
import { lateBy } from "./words.ts";

/** What was handed in, one time: the text, and the page, in which the teacher may write. */
export function AttemptView(props: {
  submission: Submission;
  attempt: Submission["attempts"][number];
  classId: string;
  teaches: boolean;
}) {
  const { t, i18n } = useTranslation();
  const { attempt, submission } = props;
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t("assignments.handedInAt", { when: moment(attempt.handed_in_at, i18n.language) })}
        {attempt.late_seconds > 0 &&
          ` · ${t("assignments.lateBy", { time: lateBy(attempt.late_seconds, i18n.language) })}`}
        {submission.attempts.length > 1 && ` · ${t("assignments.attemptNumber", { number: attempt.number })}`}
      </Text>
      {attempt.text && (
        <div className={styles["sheet"]}>
          <Text className={styles["text"]} dir="auto">
            {attempt.text}
          </Text>
        </div>
      )}
      <FileList files={attempt.files} />
      {submission.document_id && attempt.document_seq != null && (
        <>
          <PageView documentId={submission.document_id} classId={props.classId} teaches={props.teaches} />
          {props.teaches && (
            <Link
              to="/classes/$classId/documents/$documentId/history"
              params={{ classId: props.classId, documentId: submission.document_id }}
              search={{ moment: attempt.document_seq }}
            >
              {t("assignments.asHandedIn")}
            </Link>
          )}
        </>
      )}
      {!attempt.text && attempt.files.length === 0 && attempt.document_seq == null && (
        <Text c="dimmed">{t("assignments.handedInOnPaper")}</Text>
      )}
    </Stack>
  );
}
