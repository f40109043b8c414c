import { Text, TextInput } from "@mantine/core";
import { IconFile, IconPlayerPlay } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { NodeViewWrapper, type ReactNodeViewProps } from "@tiptap/react";
import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { documentsQuery } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import { dataSize } from "@/components/sizes.ts";
import { hostOf } from "../core/content.ts";
import { DOCUMENT_ICONS } from "../EmbeddedDocument.tsx";
import { FILE_ICONS, kindOf, PictureFile } from "../LessonFiles.tsx";
import styles from "../lessons.module.css";
import { useKnownFile } from "./knownFiles.tsx";

const route = getRouteApi("/members/shell/classes/$classId/lessons/$lessonId");

/** How a document of the class stands in the text while it is written. */
export function EmbedChip({ node }: ReactNodeViewProps) {
  const { t } = useTranslation();
  const { api } = useServices();
  const { classId } = route.useParams();
  const documents = useQuery(documentsQuery(api, classId));
  const document = documents.data?.find(({ id }) => id === node.attrs["document_id"]);
  const Icon = DOCUMENT_ICONS[document?.kind ?? ""] ?? IconFile;
  const hidden = document?.students === "none";
  return (
    <NodeViewWrapper className={styles["chip"]} data-drag-handle>
      <Icon size={22} aria-hidden />
      <div>
        <Text fw={600}>
          {document?.title ?? t(documents.isPending ? "lessons.opening" : "lessons.documentGone")}
        </Text>
        <Text size="sm" c="dimmed">
          {t(hidden ? "lessons.embedHidden" : "lessons.embedAbout")}
        </Text>
      </div>
    </NodeViewWrapper>
  );
}

/** How a video stands in the text while it is written. */
export function VideoChip({ node }: ReactNodeViewProps) {
  const { t } = useTranslation();
  const title = String(node.attrs["title"] ?? "");
  const url = node.attrs["url"] as string | null;
  return (
    <NodeViewWrapper className={styles["chip"]} data-drag-handle>
      <IconPlayerPlay size={22} aria-hidden />
      <div style={{ minWidth: 0 }}>
        <Text fw={600} truncate>
          {title || t("lessons.video")}
        </Text>
        {url !== null && (
          <Text size="sm" c="dimmed" truncate>
            {t("lessons.videoAt", { host: hostOf(url) })}
          </Text>
        )}
      </div>
    </NodeViewWrapper>
  );
}

/** How a file stands in the text while it is written. */
export function FileChip({ node }: ReactNodeViewProps) {
  const { t, i18n } = useTranslation();
  const file = useKnownFile(node.attrs["file_id"]);
  const Icon = FILE_ICONS[kindOf(file)];
  return (
    <NodeViewWrapper className={styles["chip"]} data-drag-handle>
      <Icon size={22} aria-hidden />
      <div style={{ minWidth: 0 }}>
        <Text fw={600} truncate dir="auto">
          {file?.name ?? t("lessons.fileGone")}
        </Text>
        {file && (
          <Text size="sm" c="dimmed">
            {dataSize(file.size, i18n.language)}
          </Text>
        )}
      </div>
    </NodeViewWrapper>
  );
}

/** A picture as it will be seen, and a field for who cannot see it. */
export function PictureChip(props: ReactNodeViewProps) {
  const { t } = useTranslation();
  const { node, updateAttributes } = props;
  const file = useKnownFile(node.attrs["file_id"]);
  if (!file) return <FileChip {...props} />;
  return (
    <NodeViewWrapper data-drag-handle>
      <PictureFile file={file} alt="" />
      <TextInput
        aria-label={t("lessons.alt")}
        placeholder={t("lessons.alt")}
        size="sm"
        maxLength={300}
        value={String(node.attrs["alt"] ?? "")}
        onChange={(event) => updateAttributes({ alt: event.currentTarget.value })}
      />
    </NodeViewWrapper>
  );
}
