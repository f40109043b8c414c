import { ActionIcon, Tooltip } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { DocumentPageProps } from "@/components/documentViews.tsx";
import styles from "./polls.module.css";
import PollView from "./PollView.tsx";

/** A poll as a page of its own. */
export default function PollPage({ document: poll, teaches }: DocumentPageProps) {
  const { t } = useTranslation();
  return (
    <div className={styles["page"]}>
      <header className={styles["top"]}>
        <Tooltip label={t("board.backToClass")}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={44}
            aria-label={t("board.backToClass")}
            renderRoot={(link) => (
              <Link to="/classes/$classId" params={{ classId: poll.class_id }} search={{}} {...link} />
            )}
          >
            <IconArrowLeft
              size={20}
              style={document.documentElement.dir === "rtl" ? { transform: "scaleX(-1)" } : undefined}
            />
          </ActionIcon>
        </Tooltip>
        <span className={styles["title"]}>{t("polls.poll")}</span>
      </header>
      <main style={{ minHeight: 0 }}>
        <PollView documentId={poll.id} classId={poll.class_id} teaches={teaches} />
      </main>
    </div>
  );
}
