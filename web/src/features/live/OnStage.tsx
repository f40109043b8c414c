import { IconLock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import styles from "./Classroom.module.css";
import type { StageState } from "./core/stage.ts";

/** What is on stage, who put it there and whether it is locked; said aloud when it changes. */
export function OnStage({ stage }: { stage: StageState }) {
  const { t } = useTranslation();
  const { activity, putBy, presenter } = stage;
  const what =
    activity.kind === "document"
      ? activity.title
      : t(activity.kind === "video" ? "live.video" : "live.nothingOnStage");
  const by = presenter
    ? t("live.presentedBy", { name: presenter.name })
    : putBy && activity.kind !== "none"
      ? t("live.putBy", { name: putBy.name })
      : null;
  return (
    <span className={styles["onStage"]} role="status" aria-live="polite">
      <span className={styles["what"]}>{what}</span>
      {by !== null && <span className={styles["by"]}>{by}</span>}
      {stage.locked && activity.kind === "document" && (
        <span className={styles["lockedMark"]}>
          <IconLock size={16} aria-hidden />
          <span className={styles["lockedWords"]}>{t("live.locked")}</span>
        </span>
      )}
    </span>
  );
}
