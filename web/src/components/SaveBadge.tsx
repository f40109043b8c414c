import { Group, Text, Tooltip } from "@mantine/core";
import {
  IconAlertTriangle,
  IconCloudCheck,
  IconCloudOff,
  IconCloudUp,
  IconLock,
  IconLogin2,
  IconPlugConnected,
  IconPlugConnectedX,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import classes from "./SaveBadge.module.css";
import type { SaveState } from "@/collab/saveState.ts";

const ICONS = {
  connecting: IconPlugConnected,
  saved: IconCloudCheck,
  saving: IconCloudUp,
  offline: IconCloudOff,
  readOnly: IconLock,
  refused: IconAlertTriangle,
  signedOut: IconLogin2,
  ended: IconPlugConnectedX,
  gone: IconLock,
} as const;

/** What happened to the person's work, in words; the only place that tells it. */
export function SaveBadge({ state }: { state: SaveState }) {
  const { t } = useTranslation();
  const Icon = ICONS[state.kind];
  const count = "changes" in state ? state.changes : 0;
  const words =
    state.kind === "offline" && count === 0 ? t("save.offlineIdle") : t(`save.${state.kind}`, { count });
  return (
    <Tooltip label={t(`save.about.${state.kind}`)} multiline maw={300}>
      <Group
        gap={6}
        wrap="nowrap"
        role="status"
        aria-live="polite"
        tabIndex={0}
        data-save-state={state.kind}
        className={classes["badge"]}
      >
        <Icon size={18} aria-hidden className={classes["icon"]} />
        <Text size="sm" c="inherit" className={classes["words"]}>
          {words}
        </Text>
      </Group>
    </Tooltip>
  );
}
