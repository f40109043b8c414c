import { Modal } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { FilePicker } from "@/components/FilePicker.tsx";
import { useFileUploads } from "@/components/fileUploads.ts";
import type { LessonFile } from "../LessonFiles.tsx";

/** Upload a file for the text: pictures are shown where they stand, everything else is offered to download. */
export function InsertFile(props: { onUploaded: (file: LessonFile) => void; onClose: () => void }) {
  const { t } = useTranslation();
  const uploads = useFileUploads((file) => {
    props.onUploaded(file);
    props.onClose();
    return Promise.resolve();
  });
  return (
    <Modal opened onClose={props.onClose} title={t("lessons.insertFile")} centered>
      <FilePicker
        uploads={uploads}
        label={t("lessons.chooseFile")}
        about={t("lessons.filesAbout")}
        multiple={false}
      />
    </Modal>
  );
}
