import { Badge, Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { IconDeviceDesktop, IconDeviceMobile } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { wordsFor } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import type { SignIn } from "@/api/types.ts";
import { ErrorState } from "@/components/ErrorState.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import { ago } from "@/components/time.ts";
import { tell, tellProblem } from "@/components/toast.tsx";
import { deviceOf } from "./device.ts";

/** On which devices the person is signed in; ends any of them, or all but this one. */
export function SignIns() {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const signIns = useInfiniteQuery({
    queryKey: ["sign-ins"],
    staleTime: 0,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      body(api.GET("/api/me/sign-ins", { params: { query: pageParam ? { cursor: pageParam } : {} } })),
    getNextPageParam: (page) => page.next_cursor,
  });
  const endOthers = useMutation({
    mutationFn: () => api.DELETE("/api/me/sign-ins"),
    onSuccess: () => tell(t("profile.othersSignedOut")),
    onError: (error) => tellProblem(t(wordsFor(error))),
    onSettled: () => client.invalidateQueries({ queryKey: ["sign-ins"] }),
  });
  const found = signIns.data?.pages.flatMap((page) => page.items);
  return (
    <Card radius="lg" padding="lg" bg="light-dark(var(--mantine-color-gray-0), var(--mantine-color-dark-6))">
      <Title order={2} size="h5">
        {t("profile.devices")}
      </Title>
      {signIns.isPending && <RowsLoading rows={2} />}
      {signIns.error && <ErrorState error={signIns.error} retry={() => void signIns.refetch()} />}
      <Stack component="ul" gap={0} p={0} m={0} style={{ listStyle: "none" }}>
        {found?.map((signIn) => (
          <Device key={signIn.id} signIn={signIn} />
        ))}
      </Stack>
      <Group justify="flex-end">
        {signIns.hasNextPage && (
          <Button
            variant="default"
            h={44}
            loading={signIns.isFetchingNextPage}
            onClick={() => void signIns.fetchNextPage()}
          >
            {t("profile.more")}
          </Button>
        )}
        {found && found.length > 1 && (
          <Button variant="default" h={44} loading={endOthers.isPending} onClick={() => endOthers.mutate()}>
            {t("profile.signOutOthers")}
          </Button>
        )}
      </Group>
    </Card>
  );
}

function Device({ signIn }: { signIn: SignIn }) {
  const { t, i18n } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const device = deviceOf(signIn.user_agent);
  const name = [device.program, device.system].filter(Boolean).join(" · ") || t("profile.unknownDevice");
  const end = useMutation({
    mutationFn: () =>
      api.DELETE("/api/me/sign-ins/{sign_in_id}", { params: { path: { sign_in_id: signIn.id } } }),
    onSuccess: () => tell(t("profile.deviceSignedOut", { name })),
    onError: (error) => tellProblem(t(wordsFor(error))),
    onSettled: () => client.invalidateQueries({ queryKey: ["sign-ins"] }),
  });
  const Icon = device.mobile ? IconDeviceMobile : IconDeviceDesktop;
  return (
    <Group component="li" justify="space-between" py={10} gap="sm" wrap="nowrap">
      <Group gap="sm" wrap="nowrap" style={{ minWidth: 0 }}>
        <Icon size={24} aria-hidden />
        <div style={{ minWidth: 0 }}>
          <Text truncate>{name}</Text>
          <Text size="sm" c="dimmed">
            {t("profile.lastUsed", { ago: ago(signIn.last_used_at, i18n.language) })}
          </Text>
        </div>
      </Group>
      {signIn.current ? (
        <Badge variant="light" color="gray" style={{ flexShrink: 0 }}>
          {t("profile.thisDevice")}
        </Badge>
      ) : (
        <Button
          variant="subtle"
          h={44}
          loading={end.isPending}
          aria-label={t("profile.signOutDevice", { name })}
          onClick={() => end.mutate()}
          style={{ flexShrink: 0 }}
        >
          {t("profile.signOut")}
        </Button>
      )}
    </Group>
  );
}
