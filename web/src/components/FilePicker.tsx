import { ActionIcon, Button, Group, Progress, Stack, Text, Tooltip, VisuallyHidden } from "@mantine/core";
import { IconReload, IconUpload, IconX } from "@tabler/icons-react";
import { useId, useRef, useState, type DragEvent } from "react";
import { useTranslation } from "react-i18next";
import { wordsFor } from "@/api/problem.ts";
import styles from "./FilePicker.module.css";
import type { FileUploads } from "./fileUploads.ts";
import { dataSize } from "./sizes.ts";
import type { FileUpload } from "./uploadQueue.ts";

/**
 * The one way to choose files: by button, by keyboard, by dropping them. Shows how far each is, stops it, tries it again.
 *
 * `useFileUploads` does the work; `limit` is the most that one file may have, in bytes.
 */
export function FilePicker(props: {
  uploads: FileUploads;
  label: string;
  about?: string;
  accept?: string;
  multiple?: boolean;
  limit?: number | undefined;
}) {
  const { t, i18n } = useTranslation();
  const { uploads, add } = props.uploads;
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [tooLarge, setTooLarge] = useState<readonly string[]>([]);
  const about = useId();
  const multiple = props.multiple ?? true;
  const { limit } = props;

  const take = (chosen: Iterable<File>) => {
    const files = [...chosen].slice(0, multiple ? undefined : 1);
    const fits = files.filter(({ size }) => limit === undefined || size <= limit);
    setTooLarge(files.filter((file) => !fits.includes(file)).map(({ name }) => name));
    add(fits);
  };
  const dropped = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  return (
    <Stack gap="xs">
      <div
        className={styles["zone"]}
        data-over={over || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={dropped}
      >
        <input
          ref={input}
          type="file"
          hidden
          aria-label={props.label}
          multiple={multiple}
          accept={props.accept}
          onChange={(event) => {
            take(event.currentTarget.files ?? []);
            // The same file can be chosen again.
            event.currentTarget.value = "";
          }}
        />
        <Button
          variant="default"
          h={44}
          leftSection={<IconUpload size={18} />}
          aria-describedby={about}
          onClick={() => input.current?.click()}
        >
          {props.label}
        </Button>
        <Text id={about} size="sm" c="dimmed">
          {[
            props.about ?? t("filePicker.drop"),
            ...(limit === undefined ? [] : [t("filePicker.limit", { size: dataSize(limit, i18n.language) })]),
          ].join(" ")}
        </Text>
      </div>
      {tooLarge.map((name) => (
        <Text key={name} size="sm" c="var(--mantine-color-error)" role="alert">
          {t("filePicker.tooLarge", { name, size: dataSize(limit ?? 0, i18n.language) })}
        </Text>
      ))}
      {uploads.length > 0 && (
        <Stack
          component="ul"
          gap="xs"
          p={0}
          m={0}
          style={{ listStyle: "none" }}
          aria-label={t("filePicker.uploads")}
        >
          {uploads.map((upload) => (
            <UploadRow
              key={upload.id}
              upload={upload}
              stop={() => props.uploads.stop(upload.id)}
              again={() => props.uploads.again(upload.id)}
            />
          ))}
        </Stack>
      )}
      <VisuallyHidden aria-live="polite">
        {uploads.length > 0 ? t("filePicker.left", { count: uploads.length }) : ""}
      </VisuallyHidden>
    </Stack>
  );
}

function UploadRow(props: { upload: FileUpload; stop: () => void; again: () => void }) {
  const { t, i18n } = useTranslation();
  const { file, share, state, error } = props.upload;
  const failed = state === "failed";
  const sent = t("filePicker.sent", {
    sent: dataSize(Math.round(file.size * share), i18n.language),
    size: dataSize(file.size, i18n.language),
  });
  const words = { waiting: t("filePicker.waiting"), sending: sent, failed: t(wordsFor(error)) }[state];
  return (
    <li className={styles["upload"]} data-upload={state}>
      <Group wrap="nowrap" gap="xs" justify="space-between">
        <div style={{ flex: 1, minWidth: 0 }}>
          <Text size="sm" fw={500} truncate dir="auto">
            {file.name}
          </Text>
          <Text
            size="sm"
            c={failed ? "var(--mantine-color-error)" : "dimmed"}
            role={failed ? "alert" : undefined}
          >
            {words}
          </Text>
        </div>
        {failed && (
          <Tooltip label={t("actions.tryAgain")}>
            <ActionIcon
              size={44}
              variant="subtle"
              color="gray"
              aria-label={t("filePicker.again", { name: file.name })}
              onClick={props.again}
            >
              <IconReload size={20} />
            </ActionIcon>
          </Tooltip>
        )}
        <Tooltip label={t(failed ? "actions.close" : "filePicker.stopShort")}>
          <ActionIcon
            size={44}
            variant="subtle"
            color="gray"
            aria-label={t(failed ? "filePicker.dismiss" : "filePicker.stop", { name: file.name })}
            onClick={props.stop}
          >
            <IconX size={20} />
          </ActionIcon>
        </Tooltip>
      </Group>
      {state === "sending" && <Progress value={share * 100} size="sm" aria-label={file.name} />}
    </li>
  );
}
