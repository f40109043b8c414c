import { ActionIcon, Group, Stack, Text, Tooltip } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useEffect, useEffectEvent, useRef } from "react";
import { useTranslation } from "react-i18next";
import { FilePicker } from "@/components/FilePicker.tsx";
import { useFileUploads } from "@/components/fileUploads.ts";
import { dataSize } from "@/components/sizes.ts";
import { FileLink, type UploadedFile } from "./FileList.tsx";

/**
 * Files that belong to something that is being written: add some, take some away. What was uploaded is the caller's to keep;
 * `onUploading` hears whether more is on its way.
 */
export function FileField(props: {
  label: string;
  files: readonly UploadedFile[];
  onChange: (files: UploadedFile[]) => void;
  onUploading: (uploading: boolean) => void;
  most: number;
}) {
  const { t, i18n } = useTranslation();
  const { files } = props;
  // The next file may be there before this one is shown.
  const latest = useRef(files);
  useEffect(() => {
    latest.current = files;
  }, [files]);
  const change = (wanted: UploadedFile[]) => {
    latest.current = wanted;
    props.onChange(wanted);
  };
  const uploads = useFileUploads((file) => {
    change([...latest.current, file]);
    return Promise.resolve();
  });
  const uploading = uploads.uploads.some(({ state }) => state !== "failed");
  const tellUploading = useEffectEvent(() => props.onUploading(uploading));
  useEffect(() => tellUploading(), [uploading]);
  const room = props.most - files.length - uploads.uploads.length;
  return (
    <Stack gap={6} role="group" aria-label={props.label}>
      <Text size="sm" fw={500}>
        {props.label}
      </Text>
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
                  onClick={() => change(files.filter(({ id }) => id !== file.id))}
                >
                  <IconX size={18} />
                </ActionIcon>
              </Tooltip>
            </Group>
          ))}
        </Stack>
      )}
      <FilePicker
        uploads={{ ...uploads, add: (chosen) => uploads.add([...chosen].slice(0, Math.max(room, 0))) }}
        label={t("attachments.add")}
        about={t("attachments.most", { count: props.most })}
      />
    </Stack>
  );
}
