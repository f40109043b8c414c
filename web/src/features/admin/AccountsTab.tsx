import {
  Badge,
  Button,
  Card,
  Center,
  Group,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch, IconUsers } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { wordsFor } from "@/api/problem.ts";
import { useMe } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import type { Role } from "@/api/types.ts";
import { CopyField } from "@/components/CopyField.tsx";
import { EmptyState } from "@/components/EmptyState.tsx";
import { ErrorState } from "@/components/ErrorState.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import { day } from "@/components/time.ts";
import { tellProblem } from "@/components/toast.tsx";
import { AccountRow } from "./AccountRow.tsx";
import { ROLES } from "./roles.ts";

type Status = "pending" | "active" | "blocked";

/** Who has an account here, who waits for one, who is shut out: first who waits, where somebody does. */
export function AccountsTab() {
  const { api } = useServices();
  const waiting = useQuery({
    queryKey: ["admin", "waiting"],
    gcTime: 0,
    staleTime: Infinity,
    queryFn: () => body(api.GET("/api/admin/users", { params: { query: { status: "pending", limit: 1 } } })),
  });
  if (waiting.isPending) return <RowsLoading rows={4} />;
  if (!waiting.data) return <ErrorState error={waiting.error} retry={() => void waiting.refetch()} />;
  // Where one is then stays as it is, also when the last who waited is let in.
  return <Accounts first={waiting.data.items.length > 0 ? "pending" : "active"} />;
}

function Accounts({ first }: { first: Status }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const { data: me } = useMe();
  const [status, setStatus] = useState(first);
  const [typed, setTyped] = useState("");
  const [query] = useDebouncedValue(typed.trim(), 300);
  const [role, setRole] = useState<Role | null>(null);
  const accounts = useInfiniteQuery({
    queryKey: ["admin", "accounts", status, role, query],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      body(
        api.GET("/api/admin/users", {
          params: {
            query: {
              status,
              ...(role ? { role } : {}),
              ...(query ? { query } : {}),
              ...(pageParam ? { cursor: pageParam } : {}),
            },
          },
        }),
      ),
    getNextPageParam: (page) => page.next_cursor,
    // A search narrows what is shown: a row that stays keeps its open menu. Another tab begins empty.
    placeholderData: (before, asked) => (asked?.queryKey[2] === status ? before : undefined),
  });
  const found = accounts.data?.pages.flatMap((page) => page.items);
  return (
    <Stack gap="lg">
      {me?.role === "admin" && <Invite />}
      <Group gap="sm">
        <SegmentedControl
          size="md"
          aria-label={t("admin.status")}
          value={status}
          onChange={(value) => setStatus(value)}
          data={(["pending", "active", "blocked"] as const).map((value) => ({
            value,
            label: t(`admin.${value}`),
          }))}
        />
        <TextInput
          size="md"
          style={{ flex: "1 1 220px" }}
          aria-label={t("admin.search")}
          placeholder={t("admin.search")}
          leftSection={<IconSearch size={18} />}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Select
          size="md"
          clearable
          aria-label={t("admin.role")}
          placeholder={t("admin.anyRole")}
          w={190}
          data={ROLES.map((value) => ({ value, label: t(`roles.${value}`) }))}
          value={role}
          onChange={(value) => setRole(ROLES.find((known) => known === value) ?? null)}
        />
      </Group>
      {accounts.isPending && <RowsLoading rows={4} />}
      {accounts.error && <ErrorState error={accounts.error} retry={() => void accounts.refetch()} />}
      {found?.length === 0 && (
        <EmptyState icon={<IconUsers size={28} />} title={t("admin.nobodyTitle")}>
          {t(status === "pending" ? "admin.nobodyPending" : "admin.nobody")}
        </EmptyState>
      )}
      <Stack component="ul" gap={0} p={0} m={0} style={{ listStyle: "none" }}>
        {found?.map((account) => (
          <AccountRow
            key={account.id}
            account={account}
            mayChange={me?.role === "admin" && account.id !== me.id}
          />
        ))}
      </Stack>
      {accounts.hasNextPage && (
        <Center>
          <Button
            variant="default"
            h={44}
            loading={accounts.isFetchingNextPage}
            onClick={() => void accounts.fetchNextPage()}
          >
            {t("admin.more")}
          </Button>
        </Center>
      )}
    </Stack>
  );
}

function Invite() {
  const { t, i18n } = useTranslation();
  const { api } = useServices();
  const invite = useMutation({
    mutationFn: () => body(api.POST("/api/admin/invitations", { body: { role: "teacher" } })),
    onError: (error) => tellProblem(t(wordsFor(error))),
  });
  return (
    <Card radius="lg" padding="lg" bg="light-dark(var(--mantine-color-gray-0), var(--mantine-color-dark-6))">
      <Group justify="space-between">
        <div style={{ flex: "1 1 260px" }}>
          <Title order={2} size="h5">
            {t("admin.inviteTitle")}
          </Title>
          <Text size="sm" c="dimmed">
            {t("admin.inviteAbout")}
          </Text>
        </div>
        <Button h={44} loading={invite.isPending} onClick={() => invite.mutate()}>
          {t("admin.invite")}
        </Button>
      </Group>
      {invite.data && (
        <Stack gap="xs" mt="md">
          <CopyField label={t("admin.invitationLink")} value={invite.data.url} />
          <Badge variant="light" color="gray">
            {t("admin.validUntil", { day: day(invite.data.expires_at, i18n.language) })}
          </Badge>
        </Stack>
      )}
    </Card>
  );
}
