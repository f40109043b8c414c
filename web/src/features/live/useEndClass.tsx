import { Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { useTranslation } from "react-i18next";
import type { StageActions } from "./useStageActions.ts";

/** End the class, after a question: it cannot be undone, and it sends everybody out. */
export function useEndClass(actions: StageActions): () => void {
  const { t } = useTranslation();
  return () =>
    modals.openConfirmModal({
      title: t("live.endTitle"),
      children: <Text>{t("live.endAbout")}</Text>,
      labels: { confirm: t("live.end"), cancel: t("actions.cancel") },
      confirmProps: { color: "red" },
      onConfirm: actions.end,
    });
}
