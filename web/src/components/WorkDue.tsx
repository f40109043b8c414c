import { Badge, Stack, Text, Title } from "@mantine/core";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { body, type Api } from "@/api/client.ts";
import { useServices } from "@/api/services.tsx";
import styles from "@/components/sessions/sessions.module.css";
import { moment } from "@/components/time.ts";

/** More than this is looked up in the classes. */
const MOST = 6;
const DAY_MILLISECONDS = 86_400_000;

const dueQuery = (api: Api) =>
  queryOptions({
    queryKey: ["work-due"],
    staleTime: 0,
    refetchInterval: 15_000,
    queryFn: async () => (await body(api.GET("/api/me/assignments"))).items,
  });

/** What a student has still to hand in, what is due first at the top. */
export function WorkDue() {
  const { t, i18n } = useTranslation();
  const { api } = useServices();
  const due = useQuery(dueQuery(api));
  const [now] = useState(Date.now);
  const all = due.data ?? [];
  const items = all.slice(0, MOST);
  if (items.length === 0) return null;
  return (
    <section aria-label={t("assignments.workDue")} style={{ marginBottom: "var(--mantine-spacing-xl)" }}>
      <Title order={2} size="h5" mb="xs">
        {t("assignments.workDue")}
      </Title>
      <Stack component="ul" gap={6} p={0} m={0} style={{ listStyle: "none" }}>
        {items.map((item) => {
          const left = item.due_at ? Date.parse(item.due_at) - now : null;
          return (
            <li key={item.assignment_id} className={styles["next"]}>
              <Link
                to="/assignments/$assignmentId"
                params={{ assignmentId: item.assignment_id }}
                search={{}}
                className={styles["name"]}
              >
                {item.title}
                <Text span size="sm" c="dimmed">
                  {" · "}
                  {item.class_title}
                </Text>
              </Link>
              {left !== null && left < DAY_MILLISECONDS && (
                <Badge variant="default" miw="max-content">
                  {t(left < 0 ? "assignments.overdue" : "assignments.soon")}
                </Badge>
              )}
              <Text size="sm" c="dimmed" className={styles["when"]}>
                {item.due_at ? moment(item.due_at, i18n.language) : t("assignments.noDue")}
              </Text>
            </li>
          );
        })}
      </Stack>
      {all.length > MOST && (
        <Text size="sm" c="dimmed" mt="xs">
          {t("assignments.moreDue")}
        </Text>
      )}
    </section>
  );
}
