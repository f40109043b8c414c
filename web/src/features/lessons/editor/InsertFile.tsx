import { Button, FileButton, Modal, Progress, Stack, Text } from "@mantine/core";
import { IconUpload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { wordsFor } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import { FormProblem } from "@/components/FormProblem.tsx";
import type { LessonFile } from "../LessonFiles.tsx";
import { uploadFile } from "./upload.ts";

/** Upload a file for the text: pictures are shown where they stand, everything else is offered to download. */
export function InsertFile(props: { onUploaded: (file: LessonFile) => void; onClose: () => void }) {
  const { t } = useTranslation();
  const { tokens } = useServices();
  const [share, setShare] = useState(0);
  const upload = useMutation({
    mutationFn: async (file: File) => uploadFile({ token: await tokens.fresh(), file, progress: setShare }),
    onSuccess: (file) => {
      props.onUploaded(file);
      props.onClose();
    },
  });
  return (
    <Modal opened onClose={props.onClose} title={t("lessons.insertFile")} centered>
      <Stack>
        <FormProblem words={upload.error ? t(wordsFor(upload.error)) : null} />
        <Text size="sm" c="dimmed">
          {t("lessons.filesAbout")}
        </Text>
        <FileButton onChange={(file) => file && upload.mutate(file)}>
          {(button) => (
            <Button {...button} h={44} loading={upload.isPending} leftSection={<IconUpload size={18} />}>
              {t("lessons.chooseFile")}
            </Button>
          )}
        </FileButton>
        {upload.isPending && <Progress value={share * 100} aria-label={t("lessons.uploading")} />}
      </Stack>
    </Modal>
  );
}
