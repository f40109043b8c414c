import { Anchor, Card, Group, Text, ThemeIcon } from "@mantine/core";
import { IconExternalLink, IconPlayerPlay } from "@tabler/icons-react";
import { Fragment, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { hostOf, safeAddress, type ContentNode } from "./core/content.ts";
import { EmbeddedDocument } from "./EmbeddedDocument.tsx";
import { AttachedFile, PictureFile } from "./LessonFiles.tsx";
import styles from "./lessons.module.css";
import type { Lesson } from "./queries.ts";

/** What a lesson says, drawn from its nodes: no HTML of anybody's, and no editor to load. */
export function LessonBody({ lesson, teaches }: { lesson: Lesson; teaches: boolean }) {
  const content = lesson.content as unknown as ContentNode;
  return (
    <div className={styles["body"]}>
      <Nodes of={content} lesson={lesson} teaches={teaches} />
    </div>
  );
}

interface Place {
  readonly lesson: Lesson;
  readonly teaches: boolean;
}

function Nodes({ of, ...place }: { of: ContentNode } & Place) {
  return (of.content ?? []).map((node, index) => <Node key={index} node={node} {...place} />);
}

function Node({ node, ...place }: { node: ContentNode } & Place): ReactNode {
  const inner = <Nodes of={node} {...place} />;
  switch (node.type) {
    case "text":
      return marked(node);
    case "hardBreak":
      return <br />;
    case "paragraph":
      return <p dir="auto">{inner}</p>;
    case "heading": {
      // The lesson's own title is the page's first heading.
      const Heading = (["h2", "h3", "h4"] as const)[Number(node.attrs?.["level"] ?? 1) - 1] ?? "h4";
      return <Heading dir="auto">{inner}</Heading>;
    }
    case "bulletList":
      return <ul>{inner}</ul>;
    case "orderedList":
      return <ol start={Number(node.attrs?.["start"] ?? 1)}>{inner}</ol>;
    case "listItem":
      return <li>{inner}</li>;
    case "blockquote":
      return <blockquote>{inner}</blockquote>;
    case "codeBlock":
      return (
        <pre tabIndex={0}>
          <code>{inner}</code>
        </pre>
      );
    case "horizontalRule":
      return <hr />;
    case "embed":
      return <EmbeddedDocument documentId={wordsOf(node.attrs?.["document_id"])} {...place} />;
    case "image":
    case "attachment":
      return (
        <ShownFile
          id={wordsOf(node.attrs?.["file_id"])}
          alt={wordsOf(node.attrs?.["alt"])}
          lesson={place.lesson}
        />
      );
    case "video":
      if (node.attrs?.["file_id"]) {
        return <ShownFile id={wordsOf(node.attrs["file_id"])} alt="" lesson={place.lesson} />;
      }
      return <VideoLink address={safeAddress(node.attrs?.["url"])} title={wordsOf(node.attrs?.["title"])} />;
    default:
      return null;
  }
}

function ShownFile({ id, alt, lesson }: { id: string; alt: string; lesson: Lesson }) {
  const { t } = useTranslation();
  const file = lesson.files.find((each) => each.id === id);
  if (!file) {
    return (
      <Card radius="lg" padding="md" className={styles["missing"]}>
        <Text c="dimmed">{t("lessons.fileGone")}</Text>
      </Card>
    );
  }
  return file.media_type.startsWith("image/") ? (
    <PictureFile file={file} alt={alt} />
  ) : (
    <AttachedFile file={file} />
  );
}

const wordsOf = (value: unknown): string => (typeof value === "string" ? value : "");

function marked(node: ContentNode): ReactNode {
  return (node.marks ?? []).reduceRight<ReactNode>(
    (inner, mark) => {
      switch (mark.type) {
        case "bold":
          return <strong>{inner}</strong>;
        case "italic":
          return <em>{inner}</em>;
        case "underline":
          return <u>{inner}</u>;
        case "strike":
          return <s>{inner}</s>;
        case "code":
          return <code>{inner}</code>;
        case "link": {
          const address = safeAddress(mark.attrs?.["href"]);
          if (address === null) return inner;
          return (
            <Anchor
              href={address}
              target="_blank"
              rel="noopener noreferrer nofollow"
              inherit
              underline="always"
            >
              {inner}
            </Anchor>
          );
        }
        default:
          return inner;
      }
    },
    <Fragment>{node.text}</Fragment>,
  );
}

/** A video of another site opens there: its page would otherwise look over everybody's shoulder. */
export function VideoLink({ address, title }: { address: string | null; title: string }) {
  const { t } = useTranslation();
  if (address === null) return null;
  return (
    <Card
      radius="lg"
      padding="md"
      className={styles["video"]}
      renderRoot={(props) => (
        <a href={address} target="_blank" rel="noopener noreferrer nofollow" {...props} />
      )}
    >
      <Group wrap="nowrap">
        <ThemeIcon size={48} radius="xl" aria-hidden>
          <IconPlayerPlay size={24} />
        </ThemeIcon>
        <div style={{ minWidth: 0, flex: 1 }}>
          <Text fw={600} truncate>
            {title || t("lessons.video")}
          </Text>
          <Text size="sm" c="dimmed" truncate>
            {t("lessons.videoAt", { host: hostOf(address) })}
          </Text>
        </div>
        <IconExternalLink size={20} aria-hidden />
      </Group>
    </Card>
  );
}
