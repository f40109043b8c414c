import { Button, Center, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { IconListSearch } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { useServices } from "@/api/services.tsx";
import type { AuditEntry } from "@/api/types.ts";
import { EmptyState } from "@/components/EmptyState.tsx";
import { ErrorState } from "@/components/ErrorState.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import { moment } from "@/components/time.ts";
import { AUDIT_ACTIONS, useAuditWords } from "./auditWords.ts";

type Action = AuditEntry["action"];

/** The beginning of a day here, as the server takes it; the day after for the end of a range. */
function dayStart(day: string, after = 0): string {
  const start = new Date(`${day}T00:00`);
  start.setDate(start.getDate() + after);
  return start.toISOString();
}

/** Who changed what about people, newest first. */
export function AuditTab() {
  const { t } = useTranslation();
  const { api } = useServices();
  const [action, setAction] = useState<Action | null>(null);
  const [since, setSince] = useState("");
  const [until, setUntil] = useState("");
  const entries = useInfiniteQuery({
    queryKey: ["admin", "audit", action, since, until],
    staleTime: 0,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      body(
        api.GET("/api/admin/audit", {
          params: {
            query: {
              ...(action ? { action } : {}),
              ...(since ? { since: dayStart(since) } : {}),
              ...(until ? { until: dayStart(until, 1) } : {}),
              ...(pageParam ? { cursor: pageParam } : {}),
            },
          },
        }),
      ),
    getNextPageParam: (page) => page.next_cursor,
  });
  const found = entries.data?.pages.flatMap((page) => page.items);
  return (
    <Stack gap="lg">
      <Text c="dimmed">{t("audit.about")}</Text>
      <Group gap="sm" align="flex-end">
        <Select
          size="md"
          clearable
          label={t("audit.action")}
          placeholder={t("audit.anyAction")}
          style={{ flex: "1 1 220px" }}
          data={AUDIT_ACTIONS.map((value) => ({ value, label: t(`audit.actions.${value}`) }))}
          value={action}
          onChange={(value) => setAction(AUDIT_ACTIONS.find((known) => known === value) ?? null)}
        />
        <TextInput
          type="date"
          size="md"
          label={t("audit.since")}
          value={since}
          onChange={(event) => setSince(event.currentTarget.value)}
        />
        <TextInput
          type="date"
          size="md"
          label={t("audit.until")}
          value={until}
          onChange={(event) => setUntil(event.currentTarget.value)}
        />
      </Group>
      {entries.isPending && <RowsLoading rows={5} />}
      {entries.error && <ErrorState error={entries.error} retry={() => void entries.refetch()} />}
      {found?.length === 0 && (
        <EmptyState icon={<IconListSearch size={28} />} title={t("audit.emptyTitle")}>
          {t("audit.empty")}
        </EmptyState>
      )}
      <Stack component="ul" gap={0} p={0} m={0} style={{ listStyle: "none" }}>
        {found?.map((entry) => (
          <Line key={entry.id} entry={entry} />
        ))}
      </Stack>
      {entries.hasNextPage && (
        <Center>
          <Button
            variant="default"
            h={44}
            loading={entries.isFetchingNextPage}
            onClick={() => void entries.fetchNextPage()}
          >
            {t("admin.more")}
          </Button>
        </Center>
      )}
    </Stack>
  );
}

function Line({ entry }: { entry: AuditEntry }) {
  const { t, i18n } = useTranslation();
  const words = useAuditWords();
  return (
    <Group component="li" justify="space-between" py={10} gap="xs" align="baseline">
      <div style={{ flex: "1 1 320px", minWidth: 0 }}>
        <Text style={{ overflowWrap: "anywhere" }}>{words(entry)}</Text>
        {entry.details["reason"] && (
          <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
            {t("audit.reason", { reason: entry.details["reason"] })}
          </Text>
        )}
      </div>
      <Text size="sm" c="dimmed" component="time" dateTime={entry.at}>
        {moment(entry.at, i18n.language)}
      </Text>
    </Group>
  );
}
