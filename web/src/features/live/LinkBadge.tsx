import { Group, Text, Tooltip } from "@mantine/core";
import { IconBroadcast, IconCloudOff, IconPlugConnected } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { SaveState } from "@/collab/saveState.ts";
import styles from "./Classroom.module.css";

/** Whether what one sees is what is on stage now, in words. */
export function LinkBadge({ link, synced }: { link: SaveState["kind"]; synced: boolean }) {
  const { t } = useTranslation();
  const kind = synced ? "live" : link === "connecting" ? "connecting" : "offline";
  const Icon = { live: IconBroadcast, connecting: IconPlugConnected, offline: IconCloudOff }[kind];
  return (
    <Tooltip label={t(`live.link.about.${kind}`)} multiline maw={300}>
      <Group
        gap={6}
        wrap="nowrap"
        role="status"
        aria-live="polite"
        tabIndex={0}
        className={styles["link"]}
        data-link={kind}
      >
        <Icon size={18} aria-hidden />
        <Text size="sm" c="inherit" className={styles["linkWords"]}>
          {t(`live.link.${kind}`)}
        </Text>
      </Group>
    </Tooltip>
  );
}
