import { IconLock } from "@tabler/icons-react";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { UNOPENED_POLL } from "@/components/documentViews.tsx";
import styles from "./Classroom.module.css";
import type { Activity, StageState } from "./core/stage.ts";

/** How what is on stage is called. */
export function stageTitle(activity: Extract<Activity, { kind: "document" }>, t: TFunction): string {
  const unopened = activity.documentKind === "poll" && activity.title === UNOPENED_POLL;
  return unopened ? t("polls.poll") : activity.title;
}

/** What is on stage, who put it there and whether it is locked; said aloud when it changes. */
export function OnStage({ stage }: { stage: StageState }) {
  const { t } = useTranslation();
  const { activity, putBy, presenter } = stage;
  const what =
    activity.kind === "document"
      ? stageTitle(activity, t)
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
