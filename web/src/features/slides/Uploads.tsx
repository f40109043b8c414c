import { CloseButton, Group, Paper, Progress, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Problem, wordsFor } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import { tellProblem } from "@/components/toast.tsx";
import styles from "./Deck.module.css";
import { deckQuery, isUnderWay, type SlideUpload } from "./queries.ts";
import type { Sending } from "./useUpload.ts";

/** What is being uploaded, how far it is, and what could not be made into slides. */
export function Uploads(props: {
  documentId: string;
  sending: readonly Sending[];
  uploads: readonly SlideUpload[];
}) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const withdraw = useMutation({
    mutationFn: (upload: SlideUpload) =>
      api.DELETE("/api/documents/{document_id}/slides/uploads/{upload_id}", {
        params: { path: { document_id: props.documentId, upload_id: upload.id } },
      }),
    onError: (error) => tellProblem(t(wordsFor(error))),
    onSettled: () => client.invalidateQueries({ queryKey: deckQuery(api, props.documentId).queryKey }),
  });
  const shown = props.uploads.filter((upload) => isUnderWay(upload) || upload.state === "failed");
  if (shown.length + props.sending.length === 0) return null;
  return (
    <Stack className={styles["uploads"]} gap="xs" role="region" aria-label={t("slides.uploads")}>
      {props.sending.map(({ id, name, share }) => (
        <Paper key={id} shadow="md" radius="md" p="sm" withBorder>
          <Text size="sm" lineClamp={1}>
            {t("slides.sending", { name })}
          </Text>
          <Progress value={share * 100} mt={6} aria-label={t("slides.sending", { name })} />
        </Paper>
      ))}
      {shown.map((upload) => {
        const failed = upload.state === "failed";
        const { file_name: name, pages, pages_done: done } = upload;
        const made = t("slides.making", { done, count: pages });
        return (
          <Paper
            key={upload.id}
            shadow="md"
            radius="md"
            p="sm"
            withBorder
            role={failed ? "alert" : undefined}
            data-upload={upload.state}
          >
            <Group justify="space-between" wrap="nowrap" gap="xs">
              <div style={{ minWidth: 0 }}>
                <Text size="sm" lineClamp={1} fw={failed ? 600 : 400}>
                  {failed ? t("slides.uploadFailed", { name }) : name}
                </Text>
                <Text size="sm" c="dimmed">
                  {failed ? t(wordsFor(new Problem(422, upload.problem ?? ""))) : made}
                </Text>
              </div>
              <CloseButton
                size={32}
                aria-label={t(failed ? "actions.close" : "slides.stopUpload", { name })}
                onClick={() => withdraw.mutate(upload)}
              />
            </Group>
            {!failed && (
              <Progress value={pages > 0 ? (done / pages) * 100 : 0} mt={6} aria-label={`${name}: ${made}`} />
            )}
          </Paper>
        );
      })}
    </Stack>
  );
}
