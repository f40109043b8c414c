import { Group, Loader, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Suspense } from "react";
import { useTranslation } from "react-i18next";
import type { SaveState } from "@/collab/saveState.ts";
import { useDocumentViews } from "@/components/documentViews.tsx";
import styles from "./assignments.module.css";

/** A student's page as part of their work; at full size on a page of its own. */
export function PageView(props: {
  documentId: string;
  classId: string;
  teaches: boolean;
  onSave?: (state: SaveState) => void;
}) {
  const { t } = useTranslation();
  const View = useDocumentViews().views.page;
  if (!View) return null;
  return (
    <div>
      <Group justify="space-between" mb={6}>
        <Text fw={500}>{t(props.teaches ? "assignments.theirPage" : "assignments.yourPage")}</Text>
        <Link
          to="/classes/$classId/documents/$documentId"
          params={{ classId: props.classId, documentId: props.documentId }}
        >
          {t("assignments.openPage")}
        </Link>
      </Group>
      <div className={styles["page"]}>
        <Suspense fallback={<Loader m="xl" />}>
          <View
            documentId={props.documentId}
            classId={props.classId}
            teaches={props.teaches}
            compact
            onSave={props.onSave}
          />
        </Suspense>
      </div>
    </div>
  );
}
