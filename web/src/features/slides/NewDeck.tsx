import { Button, Group, Modal, Stack } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { wordsFor } from "@/api/problem.ts";
import type { components } from "@/api/schema";
import { useServices } from "@/api/services.tsx";
import { sendFile } from "@/api/upload.ts";
import type { NewDocumentProps } from "@/components/documentViews.tsx";
import { FilePicker } from "@/components/FilePicker.tsx";
import { useUploads } from "@/components/fileUploads.ts";
import { timeOfDay } from "@/components/time.ts";
import { tellProblem } from "@/components/toast.tsx";
import { MOST_BYTES } from "./useUpload.ts";

/** New slides from within a lesson: a PDF, shown as soon as the server has taken it, or a deck that is still empty. */
export default function NewDeck({ classId, onClose, onMade }: NewDocumentProps) {
  const { t, i18n } = useTranslation();
  const { api, tokens } = useServices();
  const client = useQueryClient();
  const done = (documentId: string) => {
    void client.invalidateQueries({ queryKey: ["classes", classId, "documents"] });
    onMade(documentId, true);
    onClose();
  };
  // One request makes the deck and brings its PDF: where it breaks off there is neither, and sent again it is the same deck.
  const uploads = useUploads(async (file, progress, signal) => {
    const answer = await sendFile({ tokens, url: `/api/classes/${classId}/slides`, file, progress, signal });
    const { document_id } = (await answer.json()) as components["schemas"]["SlideUpload"];
    done(document_id);
  });
  const begin = useMutation({
    mutationFn: () =>
      body(
        api.POST("/api/classes/{class_id}/documents", {
          params: { path: { class_id: classId } },
          body: {
            kind: "slides",
            title: t("slides.newTitle", { time: timeOfDay(new Date(), i18n.language) }),
            students: "read",
          },
        }),
      ),
    onSuccess: ({ id }) => done(id),
    onError: (error) => tellProblem(t(wordsFor(error))),
  });
  return (
    <Modal opened onClose={onClose} title={t("class.newSlides")} centered>
      <Stack>
        <FilePicker
          uploads={uploads}
          label={t("slides.upload")}
          accept="application/pdf,.pdf"
          about={t("slides.newAbout")}
          limit={MOST_BYTES}
          multiple={false}
        />
        <Group justify="flex-end">
          <Button
            variant="subtle"
            color="gray"
            h={44}
            loading={begin.isPending}
            disabled={uploads.uploads.some(({ state }) => state !== "failed")}
            onClick={() => begin.mutate()}
          >
            {t("slides.withoutPdf")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
