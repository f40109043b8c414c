import { Button, Group, Stack, Text, Textarea, Title } from "@mantine/core";
import { IconSend } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { Unreachable } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import type { SaveState } from "@/collab/saveState.ts";
import { FileField } from "@/components/files/FileField.tsx";
import { FileList } from "@/components/files/FileList.tsx";
import { FormProblem } from "@/components/FormProblem.tsx";
import { tell } from "@/components/toast.tsx";
import { PageView } from "./PageView.tsx";
import { submissionQuery, workChanged, type Assignment, type Submission } from "./queries.ts";
import { workProblem } from "./words.ts";

/** What was typed is kept on the server this long after the last key. */
const PAUSE_MILLISECONDS = 1_200;
const KEEP_TRIES = 50;
const TEXT_MAX_CHARS = 100_000;
const FILES_MAX = 20;

/**
 * Write, draw, hand in. What is typed is kept by itself, also when one goes away before handing in. When the time is over, one
 * still sees what one has.
 */
export function HandIn({ assignment, submission }: { assignment: Assignment; submission: Submission }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const [text, setText] = useState(submission.draft ?? "");
  const [files, setFiles] = useState(submission.draft_files);
  const [page, setPage] = useState<SaveState | null>(null);
  const [uploading, setUploading] = useState(false);
  const takes = (kind: Assignment["answers"][number]) => assignment.answers.includes(kind);
  const takesText = takes("text");
  const over = !submission.taken;
  const path = { params: { path: { assignment_id: assignment.id } } };

  const [kept, setKept] = useState(text);
  const keep = useMutation({
    // One after the other, so that the last one typed is the last one kept.
    scope: { id: `draft ${submission.id}` },
    mutationFn: (draft: string) =>
      api.PUT("/api/assignments/{assignment_id}/draft", { ...path, body: { text: draft } }),
    onSuccess: (_, draft) => setKept(draft),
    retry: (count, error) => error instanceof Unreachable && count < KEEP_TRIES,
    retryDelay: PAUSE_MILLISECONDS * 2,
  });
  const { mutate } = keep;
  useEffect(() => {
    if (!takesText || over || text === kept) return;
    const timer = setTimeout(() => mutate(text), PAUSE_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [takesText, over, text, kept, mutate]);
  const attach = useMutation({
    mutationFn: (wanted: typeof files) =>
      api.PUT("/api/assignments/{assignment_id}/draft", {
        ...path,
        body: { file_ids: wanted.map(({ id }) => id) },
      }),
  });
  const handIn = useMutation({
    mutationFn: () =>
      body(
        api.POST("/api/assignments/{assignment_id}/submissions", {
          ...path,
          body: {
            text: takesText ? text : null,
            file_ids: takes("files") ? files.map(({ id }) => id) : null,
            attempt: submission.attempts.length + 1,
          },
        }),
      ),
    onSuccess: (done) => {
      client.setQueryData(submissionQuery(api, done.id).queryKey, done);
      tell(t("assignments.handedIn"));
    },
    onSettled: () => workChanged(client, { assignmentId: assignment.id, classId: assignment.class_id }),
  });
  // Whoever goes to another page right after the last key has that kept, too.
  const keepTheRest = useEffectEvent(() => {
    if (takesText && !over && text !== kept && !handIn.isSuccess) mutate(text);
  });
  useEffect(() => () => keepTheRest(), []);
  const nothing =
    assignment.answers.length > 0 && !text.trim() && files.length === 0 && !submission.document_id;
  // What is drawn belongs to what is handed in only once it is saved.
  const unsaved = takes("document") && page !== null && page.kind !== "saved" && page.kind !== "readOnly";
  const error = handIn.error ?? attach.error;
  const tooLate = nothing ? "assignments.problem.too_late" : "assignments.tooLateKept";
  const problem = over ? tooLate : error && workProblem(error);
  return (
    <Stack component="section" aria-label={t("assignments.yourWork")}>
      <Group justify="space-between">
        <Title order={2} size="h4">
          {t("assignments.yourWork")}
        </Title>
        {takesText && !over && (
          <Text size="sm" c={keep.isError ? "var(--mantine-color-error)" : "dimmed"} role="status">
            {keep.isError
              ? t("assignments.draftNotKept")
              : text !== kept
                ? t("assignments.draftSaving")
                : t("assignments.draftKept")}
          </Text>
        )}
      </Group>
      <FormProblem words={problem && t(problem)} />
      {takesText && (text || !over) && (
        <Textarea
          label={t("assignments.yourText")}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          maxLength={TEXT_MAX_CHARS}
          readOnly={over}
          autosize
          minRows={8}
          maxRows={24}
          dir="auto"
          size="md"
        />
      )}
      {takes("files") &&
        (over ? (
          <FileList files={files} />
        ) : (
          <FileField
            label={t("assignments.yourFiles")}
            files={files}
            most={FILES_MAX}
            onUploading={setUploading}
            onChange={(wanted) => {
              setFiles(wanted);
              attach.mutate(wanted);
            }}
          />
        ))}
      {submission.document_id && (
        <PageView
          documentId={submission.document_id}
          classId={assignment.class_id}
          teaches={false}
          onSave={setPage}
        />
      )}
      {assignment.answers.length === 0 && !over && <Text c="dimmed">{t("assignments.onPaper")}</Text>}
      {!over && (
        <Group justify="flex-end" gap="md">
          <Text size="sm" c="dimmed" style={{ flex: "1 1 200px" }}>
            {uploading
              ? t("assignments.waitUploaded")
              : unsaved
                ? t("assignments.waitSaved")
                : submission.attempts_left === 1
                  ? t("assignments.lastAttempt")
                  : t("assignments.moreAttempts")}
          </Text>
          <Button
            h={44}
            leftSection={<IconSend size={18} />}
            loading={handIn.isPending}
            disabled={nothing || unsaved || uploading || attach.isPending}
            onClick={() => handIn.mutate()}
          >
            {t("assignments.handIn")}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
