import { ActionIcon, Button, Stack, Text, Title, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCalendarPlus, IconX } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { wordsFor } from "@/api/problem.ts";
import { sessionsQuery } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import type { ClassSession } from "@/api/types.ts";
import { regional } from "@/components/time.ts";
import { tellProblem, tellWithUndo } from "@/components/toast.tsx";
import { PlanSession } from "./PlanSession.tsx";
import styles from "./sessions.module.css";

/** Sessions that are still to come, the next one first. */
export function upcoming(sessions: readonly ClassSession[], now: number): ClassSession[] {
  return sessions
    .filter(({ ends_at }) => Date.parse(ends_at) > now)
    .sort((one, other) => Date.parse(one.starts_at) - Date.parse(other.starts_at));
}

/** When a session is, as people say it ("Tue, 24 Nov, 10:00 – 10:45"). */
export function sessionTime(session: ClassSession, language: string): string {
  return new Intl.DateTimeFormat(regional(language), {
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
  }).formatRange(new Date(session.starts_at), new Date(session.ends_at));
}

/** When a class meets next. */
export function NextSessions({ classId, teaches }: { classId: string; teaches: boolean }) {
  const { t, i18n } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const planned = useQuery({
    ...sessionsQuery(api, { class_id: classId, state: "scheduled" }),
    select: (sessions) => upcoming(sessions, Date.now()),
  });
  const changed = () => client.invalidateQueries({ queryKey: ["sessions"] });
  const again = useMutation({
    mutationFn: ({ title, starts_at, ends_at }: ClassSession) =>
      api.POST("/api/sessions", { body: { class_id: classId, title, starts_at, ends_at } }),
    onError: (error) => tellProblem(t(wordsFor(error))),
    onSettled: changed,
  });
  const takeOff = useMutation({
    mutationFn: (session: ClassSession) =>
      api.DELETE("/api/sessions/{session_id}", { params: { path: { session_id: session.id } } }),
    onSuccess: (_, session) =>
      tellWithUndo({
        message: t("live.takenOff", { title: session.title }),
        undoLabel: t("actions.undo"),
        undo: () => again.mutate(session),
      }),
    onError: (error) => tellProblem(t(wordsFor(error))),
    onSettled: changed,
  });
  const sessions = planned.data ?? [];
  if (sessions.length === 0) return null;
  return (
    <section aria-label={t("live.nextSessions")}>
      <Title order={2} size="h5" mb="xs">
        {t("live.nextSessions")}
      </Title>
      <Stack component="ul" gap={6} p={0} m={0} style={{ listStyle: "none" }}>
        {sessions.map((session) => (
          <li key={session.id} className={styles["next"]}>
            <Text className={styles["name"]} truncate>
              {session.title}
            </Text>
            <Text size="sm" c="dimmed" className={styles["when"]}>
              {sessionTime(session, i18n.language)}
            </Text>
            {teaches && (
              <Tooltip label={t("live.takeOff")}>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size={44}
                  aria-label={`${t("live.takeOff")}: ${session.title}`}
                  onClick={() => takeOff.mutate(session)}
                >
                  <IconX size={18} />
                </ActionIcon>
              </Tooltip>
            )}
          </li>
        ))}
      </Stack>
    </section>
  );
}

/** Plan a session of a class; for its teachers. */
export function PlanButton({ classId }: { classId: string }) {
  const { t } = useTranslation();
  const [planning, plan] = useDisclosure(false);
  return (
    <>
      <Button variant="default" h={44} leftSection={<IconCalendarPlus size={18} />} onClick={plan.open}>
        {t("live.plan")}
      </Button>
      <PlanSession classId={classId} opened={planning} onClose={plan.close} />
    </>
  );
}
