import { Badge, Stack, Text, Title } from "@mantine/core";
import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { body, type Api } from "@/api/client.ts";
import type { components } from "@/api/schema";
import { useServices } from "@/api/services.tsx";
import { ShowMore } from "@/components/LongList.tsx";
import styles from "@/components/sessions/sessions.module.css";
import { moment } from "@/components/time.ts";

type Schemas = components["schemas"];

/** As many as fit the overview; the rest is asked for. */
const PAGE_ITEMS = 6;
const DAY_MILLISECONDS = 86_400_000;

const dueQuery = (api: Api) =>
  infiniteQueryOptions({
    queryKey: ["work-due"],
    staleTime: 0,
    refetchInterval: 15_000,
    initialPageParam: null as string | null,
    getNextPageParam: (page: Schemas["DuePage"]) => page.next_cursor,
    queryFn: ({ pageParam }: { pageParam: string | null }) =>
      body(
        api.GET("/api/me/assignments", {
          params: { query: { limit: PAGE_ITEMS, ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
  });

/** What a student has still to hand in, what is due first at the top. */
export function WorkDue() {
  const { t, i18n } = useTranslation();
  const { api } = useServices();
  const due = useInfiniteQuery(dueQuery(api));
  const [now] = useState(Date.now);
  const items = due.data?.pages.flatMap((page) => page.items) ?? [];
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
      <ShowMore list={due} />
    </section>
  );
}
