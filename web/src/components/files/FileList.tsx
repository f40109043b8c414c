import { Anchor, Group, Stack, Text } from "@mantine/core";
import { IconFile } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { wordsFor } from "@/api/problem.ts";
import type { components } from "@/api/schema";
import { useServices } from "@/api/services.tsx";
import { downloadBlob } from "@/components/download.ts";
import { dataSize } from "@/components/sizes.ts";
import { tellProblem } from "@/components/toast.tsx";

export type UploadedFile = components["schemas"]["File"];

/** A file's name; choosing it downloads the file. */
export function FileLink({ file }: { file: UploadedFile }) {
  const { t } = useTranslation();
  const { fetch } = useServices();
  const download = useMutation({
    mutationFn: async () =>
      downloadBlob(await (await fetch(new Request(new URL(file.url, location.origin)))).blob(), file.name),
    onError: (error) => tellProblem(t(wordsFor(error))),
  });
  return (
    <Anchor
      component="button"
      type="button"
      ta="start"
      onClick={() => download.mutate()}
      style={{ minWidth: 0, overflowWrap: "anywhere" }}
    >
      <bdi>{file.name}</bdi>
    </Anchor>
  );
}

/** Files that came with something. */
export function FileList({ files }: { files: readonly UploadedFile[] }) {
  const { i18n } = useTranslation();
  if (files.length === 0) return null;
  return (
    <Stack component="ul" gap={4} p={0} m={0} style={{ listStyle: "none" }}>
      {files.map((file) => (
        <Group component="li" key={file.id} gap="xs" wrap="nowrap" mih={32}>
          <IconFile size={18} aria-hidden style={{ flex: "none" }} />
          <FileLink file={file} />
          <Text size="sm" c="dimmed" style={{ whiteSpace: "nowrap" }}>
            {dataSize(file.size, i18n.language)}
          </Text>
        </Group>
      ))}
    </Stack>
  );
}
