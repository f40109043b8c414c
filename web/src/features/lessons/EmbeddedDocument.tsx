import { ActionIcon, Card, Center, Group, Loader, Text, Tooltip } from "@mantine/core";
import { IconChalkboard, IconChartBar, IconFile, IconMaximize, IconPresentation } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { Suspense, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useDocumentViews } from "@/components/documentViews.tsx";
import styles from "./lessons.module.css";
import type { Lesson } from "./queries.ts";

export const DOCUMENT_ICONS: Readonly<Record<string, typeof IconFile>> = {
  whiteboard: IconChalkboard,
  slides: IconPresentation,
  poll: IconChartBar,
};

/** A board or deck of the class, live in the middle of a lesson; it opens when it comes into view. */
export function EmbeddedDocument(props: { documentId: string; lesson: Lesson; teaches: boolean }) {
  const { t } = useTranslation();
  const { views } = useDocumentViews();
  const { lesson } = props;
  const place = useRef<HTMLDivElement>(null);
  const [near, setNear] = useState(false);
  useEffect(() => {
    const target = place.current;
    if (!target) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) setNear(true);
      },
      { rootMargin: "200px" },
    );
    observer.observe(target);
    return () => observer.disconnect();
  }, []);
  const document = lesson.documents.find(({ id }) => id === props.documentId);
  if (!document) {
    return (
      <Card radius="lg" padding="md" className={styles["missing"]}>
        <Text c="dimmed">{t("lessons.documentGone")}</Text>
      </Card>
    );
  }
  const Icon = DOCUMENT_ICONS[document.kind] ?? IconFile;
  const View = views[document.kind];
  return (
    <section className={styles["embed"]} aria-label={document.title}>
      <Group justify="space-between" wrap="nowrap" className={styles["embedHead"]}>
        <Group gap={8} wrap="nowrap" style={{ minWidth: 0 }}>
          <Icon size={18} aria-hidden />
          <Text fw={600} truncate>
            {document.title}
          </Text>
        </Group>
        <Tooltip label={t("lessons.fullSize")}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={44}
            aria-label={t("lessons.openDocument", { title: document.title })}
            renderRoot={(link) => (
              <Link
                to="/classes/$classId/documents/$documentId"
                params={{ classId: lesson.class_id, documentId: document.id }}
                {...link}
              />
            )}
          >
            <IconMaximize size={18} />
          </ActionIcon>
        </Tooltip>
      </Group>
      <div ref={place} className={styles["embedView"]}>
        {near && View && (
          <Suspense
            fallback={
              <Center h="100%">
                <Loader aria-label={t("lessons.opening")} />
              </Center>
            }
          >
            <View documentId={document.id} classId={lesson.class_id} teaches={props.teaches} compact />
          </Suspense>
        )}
      </div>
    </section>
  );
}
