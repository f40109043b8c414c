import { Button, Group, Loader, Modal, Stack, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { wordsFor } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import type { ClassFile } from "@/api/types.ts";
import { tellProblem } from "@/components/toast.tsx";
import styles from "./FileView.module.css";
import { download, linkTo, shownAs } from "./links.ts";

/** Looks at a picture, or plays a recording, above the page. */
export function FileView({ file, onClose }: { file: ClassFile | null; onClose: () => void }) {
  const { t } = useTranslation();
  const { api } = useServices();
  return (
    <Modal opened={file !== null} onClose={onClose} title={file?.name} size="xl" centered>
      {file && (
        <Stack>
          <Content key={file.id} file={file} />
          <Group justify="flex-end">
            <Button
              variant="default"
              h={44}
              leftSection={<IconDownload size={18} />}
              onClick={() =>
                void download(api, file).catch((error: unknown) => tellProblem(t(wordsFor(error))))
              }
            >
              {t("files.download")}
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}

function Content({ file }: { file: ClassFile }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const [failed, setFailed] = useState(false);
  const link = useQuery({
    queryKey: ["files", file.file.id, "link", file.name],
    queryFn: () => linkTo(api, file),
    // A new address would begin a recording from the start.
    staleTime: Infinity,
    gcTime: 0,
  });
  if (link.error) return <Text role="alert">{t(wordsFor(link.error))}</Text>;
  if (failed) return <Text role="alert">{t("files.cannotPlay")}</Text>;
  if (!link.data) return <Loader mx="auto" my="xl" />;
  const parts = { src: link.data, className: styles["content"], onError: () => setFailed(true) };
  switch (shownAs(file.file.media_type)) {
    case "image":
      return <img alt={file.name} {...parts} />;
    case "audio":
      return <audio controls preload="metadata" aria-label={file.name} {...parts} />;
    default:
      return <video controls preload="metadata" aria-label={file.name} {...parts} />;
  }
}
