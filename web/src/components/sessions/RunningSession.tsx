import { Button, Group, Text, Title } from "@mantine/core";
import { IconBroadcast, IconDoorEnter } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { ClassSession } from "@/api/types.ts";
import { timeOfDay } from "@/components/time.ts";
import styles from "./sessions.module.css";

/** A session that runs now: first on every page that knows of it, and one click away. */
export function RunningSession({ session, title }: { session: ClassSession; title: string }) {
  const { t, i18n } = useTranslation();
  const since = timeOfDay(session.started_at ?? session.starts_at, i18n.language);
  return (
    <section className={styles["running"]} aria-label={t("live.running")}>
      <Group gap="sm" wrap="nowrap" style={{ minWidth: 0, flex: 1 }}>
        <IconBroadcast size={28} aria-hidden style={{ flex: "none" }} />
        <div style={{ minWidth: 0 }}>
          <Title order={2} size="h5" lineClamp={1}>
            {title}
          </Title>
          <Text size="sm" role="status">
            {session.title === title
              ? t("live.runningFrom", { time: since })
              : t("live.runningSince", { title: session.title, time: since })}
          </Text>
        </div>
      </Group>
      <Button
        h={44}
        leftSection={<IconDoorEnter size={18} />}
        renderRoot={(props) => (
          <Link to="/classes/$classId/live" params={{ classId: session.class_id }} search={{}} {...props} />
        )}
      >
        {t("live.join")}
      </Button>
    </section>
  );
}
