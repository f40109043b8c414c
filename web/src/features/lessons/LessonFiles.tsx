import { Button, Card, Group, Loader, Text, ThemeIcon } from "@mantine/core";
import {
  IconDownload,
  IconFile,
  IconFileMusic,
  IconFileText,
  IconFileZip,
  IconMovie,
  IconPhoto,
} from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { wordsFor } from "@/api/problem.ts";
import type { components } from "@/api/schema";
import { useServices } from "@/api/services.tsx";
import { downloadBlob } from "@/components/download.ts";
import { dataSize } from "@/components/sizes.ts";
import { tellProblem } from "@/components/toast.tsx";
import styles from "./lessons.module.css";

export type LessonFile = components["schemas"]["File"];

/** A picture in a lesson. */
export function PictureFile({ file, alt }: { file: LessonFile; alt: string }) {
  const { t } = useTranslation();
  const { fetch } = useServices();
  const [shown, setShown] = useState<{ readonly address: string | null }>();
  useEffect(() => {
    let made: string | null = null;
    let gone = false;
    fetch(new Request(new URL(file.url, location.origin)))
      .then((answer) => answer.blob())
      .then(
        (blob) => {
          if (gone) return;
          made = URL.createObjectURL(blob);
          setShown({ address: made });
        },
        () => {
          if (!gone) setShown({ address: null });
        },
      );
    return () => {
      gone = true;
      if (made !== null) URL.revokeObjectURL(made);
    };
  }, [fetch, file.url]);
  if (shown?.address === null) return <AttachedFile file={file} />;
  return (
    <figure className={styles["figure"]}>
      {shown ? (
        <img src={shown.address} alt={alt} />
      ) : (
        <div className={styles["picturePlace"]}>
          <Loader aria-label={t("lessons.opening")} />
        </div>
      )}
      {alt && <figcaption dir="auto">{alt}</figcaption>}
    </figure>
  );
}

type FileKind = "image" | "audio" | "video" | "archive" | "text" | "other";

/** How each kind of file is pictured. */
export const FILE_ICONS: Readonly<Record<FileKind, typeof IconFile>> = {
  image: IconPhoto,
  audio: IconFileMusic,
  video: IconMovie,
  archive: IconFileZip,
  text: IconFileText,
  other: IconFile,
};

const KINDS: readonly (readonly [RegExp, FileKind])[] = [
  [/^image\//, "image"],
  [/^audio\//, "audio"],
  [/^video\//, "video"],
  [/zip|compressed|tar/, "archive"],
  [/^text\/|pdf|word|document/, "text"],
];

/** What a file is, roughly. */
export function kindOf(file: LessonFile | undefined): FileKind {
  return KINDS.find(([type]) => type.test(file?.media_type ?? ""))?.[1] ?? "other";
}

/** A file to download. */
export function AttachedFile({ file }: { file: LessonFile }) {
  const { t, i18n } = useTranslation();
  const { fetch } = useServices();
  const Icon = FILE_ICONS[kindOf(file)];
  const download = useMutation({
    mutationFn: async () => (await fetch(new Request(new URL(file.url, location.origin)))).blob(),
    onSuccess: (blob) => downloadBlob(blob, file.name),
    onError: (error) => tellProblem(t(wordsFor(error))),
  });
  return (
    <Card radius="lg" padding="sm" className={styles["missing"]}>
      <Group wrap="nowrap" gap="md">
        <ThemeIcon variant="light" size={44} radius="md" aria-hidden>
          <Icon size={22} />
        </ThemeIcon>
        <div style={{ flex: 1, minWidth: 0 }}>
          <Text fw={600} truncate dir="auto">
            {file.name}
          </Text>
          <Text size="sm" c="dimmed">
            {dataSize(file.size, i18n.language)}
          </Text>
        </div>
        <Button
          variant="default"
          h={44}
          leftSection={<IconDownload size={18} />}
          loading={download.isPending}
          aria-label={t("lessons.downloadFile", { name: file.name })}
          onClick={() => download.mutate()}
        >
          {t("lessons.download")}
        </Button>
      </Group>
    </Card>
  );
}
