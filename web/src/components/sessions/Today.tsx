import { Button, Menu, Stack, Text, Title } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { sessionsQuery } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import type { ClassRoom } from "@/api/types.ts";
import { sessionTime, upcoming } from "./NextSessions.tsx";
import { RunningSession } from "./RunningSession.tsx";
import styles from "./sessions.module.css";
import { StartClass, useStartClass } from "./StartClass.tsx";

/** Next sessions that are worth a line on the first page. */
const MOST_NEXT = 3;

/** What runs now and what comes next, over all of a person's classes. */
export function Today({ classes }: { classes: readonly ClassRoom[] }) {
  const { t, i18n } = useTranslation();
  const { api } = useServices();
  const running = useQuery(sessionsQuery(api, { state: "running" }));
  const next = useQuery({
    ...sessionsQuery(api, { state: "scheduled" }),
    select: (sessions) => upcoming(sessions, Date.now()).slice(0, MOST_NEXT),
  });
  const titles = new Map(classes.map(({ id, title }) => [id, title]));
  const now = running.data ?? [];
  const later = next.data ?? [];
  if (now.length === 0 && later.length === 0) return null;
  return (
    <Stack gap="md" mb="xl">
      {now.map((session) => (
        <RunningSession
          key={session.id}
          session={session}
          title={titles.get(session.class_id) ?? session.title}
        />
      ))}
      {later.length > 0 && (
        <section aria-label={t("live.nextSessions")}>
          <Title order={2} size="h5" mb="xs">
            {t("live.nextSessions")}
          </Title>
          <Stack component="ul" gap={6} p={0} m={0} style={{ listStyle: "none" }}>
            {later.map((session) => (
              <li key={session.id} className={styles["next"]}>
                <Link
                  to="/classes/$classId"
                  params={{ classId: session.class_id }}
                  search={{}}
                  className={styles["name"]}
                >
                  {session.title}
                  <Text span size="sm" c="dimmed">
                    {" · "}
                    {titles.get(session.class_id)}
                  </Text>
                </Link>
                <Text size="sm" c="dimmed" className={styles["when"]}>
                  {sessionTime(session, i18n.language)}
                </Text>
              </li>
            ))}
          </Stack>
        </section>
      )}
    </Stack>
  );
}

/** Start one of the classes that one teaches; with several, ask which. */
export function StartClassOf({ classes }: { classes: readonly ClassRoom[] }) {
  const { t } = useTranslation();
  const start = useStartClass();
  const [only, ...more] = classes;
  if (!only) return null;
  if (more.length === 0) return <StartClass classId={only.id} />;
  return (
    <Menu position="bottom-end" width={280} shadow="md">
      <Menu.Target>
        <Button h={44} leftSection={<IconPlayerPlay size={18} />} loading={start.isPending}>
          {t("live.start")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah="60vh" style={{ overflow: "auto" }}>
        {classes.map((room) => (
          <Menu.Item key={room.id} mih={44} onClick={() => start.mutate(room.id)}>
            {room.title}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
