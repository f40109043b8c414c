import { ActionIcon, Button, FileButton, Group, Loader, Stack, Text, Tooltip } from "@mantine/core";
import { IconPaperclip, IconX } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { wordsFor } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import { FormProblem } from "@/components/FormProblem.tsx";
import { dataSize } from "@/components/sizes.ts";
import { FileLink, type UploadedFile } from "./FileList.tsx";

/** Files that belong to something that is being written: add some, take some away. What was uploaded is the caller's to keep. */
export function FileField(props: {
  label: string;
  files: readonly UploadedFile[];
  onChange: (files: UploadedFile[]) => void;
  most: number;
  disabled?: boolean;
}) {
  const { t, i18n } = useTranslation();
  const { fetch } = useServices();
  const { files } = props;
  const upload = useMutation({
    mutationFn: async (chosen: readonly File[]) => {
      const added: UploadedFile[] = [];
      for (const file of chosen) {
        const form = new FormData();
        form.append("file", file, file.name);
        const request = new Request(new URL("/api/files", location.origin), { method: "POST", body: form });
        added.push((await (await fetch(request)).json()) as UploadedFile);
      }
      return added;
    },
    onSuccess: (added) => props.onChange([...files, ...added]),
  });
  const full = files.length >= props.most;
  return (
    <Stack gap={6} role="group" aria-label={props.label}>
      <Text size="sm" fw={500}>
        {props.label}
      </Text>
      <FormProblem words={upload.error ? t(wordsFor(upload.error)) : null} />
      {files.length > 0 && (
        <Stack component="ul" gap={2} p={0} m={0} style={{ listStyle: "none" }}>
          {files.map((file) => (
            <Group component="li" key={file.id} gap="xs" wrap="nowrap">
              <FileLink file={file} />
              <Text size="sm" c="dimmed" style={{ whiteSpace: "nowrap" }}>
                {dataSize(file.size, i18n.language)}
              </Text>
              <Tooltip label={t("attachments.remove")}>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size={44}
                  aria-label={t("attachments.removeNamed", { name: file.name })}
                  disabled={props.disabled}
                  onClick={() => props.onChange(files.filter(({ id }) => id !== file.id))}
                >
                  <IconX size={18} />
                </ActionIcon>
              </Tooltip>
            </Group>
          ))}
        </Stack>
      )}
      <Group gap="sm">
        <FileButton
          multiple
          onChange={(chosen) =>
            chosen.length > 0 && upload.mutate(chosen.slice(0, props.most - files.length))
          }
          disabled={props.disabled === true || full || upload.isPending}
        >
          {(button) => (
            <Button
              {...button}
              variant="default"
              h={44}
              leftSection={upload.isPending ? <Loader size={16} /> : <IconPaperclip size={18} />}
              disabled={props.disabled === true || full || upload.isPending}
            >
              {t("attachments.add")}
            </Button>
          )}
        </FileButton>
        {upload.isPending && (
          <Text size="sm" c="dimmed" role="status">
            {t("attachments.uploading")}
          </Text>
        )}
      </Group>
    </Stack>
  );
}
