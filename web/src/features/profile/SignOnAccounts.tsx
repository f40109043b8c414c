import { Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { IconPlugConnected } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { wordsFor } from "@/api/problem.ts";
import { authOptionsQuery } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import type { SignOnAccount } from "@/api/types.ts";
import { ErrorState } from "@/components/ErrorState.tsx";
import { tell, tellProblem } from "@/components/toast.tsx";

/** The accounts elsewhere that lead into this one: connect one, or take it off again. */
export function SignOnAccounts() {
  const { t } = useTranslation();
  const { api } = useServices();
  const options = useQuery(authOptionsQuery(api));
  const accounts = useQuery({
    queryKey: ["sign-on-accounts"],
    queryFn: () => body(api.GET("/api/me/sign-on-accounts")),
  });
  const connect = useMutation({
    mutationFn: (provider: string) =>
      body(
        api.POST("/api/me/sign-on-accounts/{provider}", {
          params: { path: { provider } },
          body: { next: "/me" },
        }),
      ),
    onSuccess: ({ address }) => location.assign(address),
    onError: (error) => tellProblem(t(wordsFor(error))),
  });
  const providers = options.data?.providers ?? [];
  const found = accounts.data?.items ?? [];
  const free = providers.filter((provider) => !found.some((account) => account.provider === provider.id));
  if (providers.length === 0 && found.length === 0) return null;
  return (
    <Card radius="lg" padding="lg" bg="light-dark(var(--mantine-color-gray-0), var(--mantine-color-dark-6))">
      <Title order={2} size="h5">
        {t("signOn.title")}
      </Title>
      <Text size="sm" c="dimmed">
        {t("signOn.about")}
      </Text>
      <Stack mt="sm" gap="sm">
        {accounts.error && <ErrorState error={accounts.error} retry={() => void accounts.refetch()} />}
        {found.map((account) => (
          <Connected key={account.id} account={account} />
        ))}
        {accounts.data &&
          free.map((provider) => (
            <Group key={provider.id} justify="space-between">
              <Text>{provider.name}</Text>
              <Button
                variant="default"
                h={44}
                aria-label={t("signOn.connect", { name: provider.name })}
                leftSection={<IconPlugConnected size={18} />}
                loading={connect.isPending && connect.variables === provider.id}
                onClick={() => connect.mutate(provider.id)}
              >
                {t("signOn.connectShort")}
              </Button>
            </Group>
          ))}
      </Stack>
    </Card>
  );
}

function Connected({ account }: { account: SignOnAccount }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const disconnect = useMutation({
    mutationFn: () =>
      api.DELETE("/api/me/sign-on-accounts/{account_id}", { params: { path: { account_id: account.id } } }),
    onSuccess: () => tell(t("signOn.disconnected", { name: account.name })),
    onError: (error) => tellProblem(t(wordsFor(error))),
    onSettled: () => client.invalidateQueries({ queryKey: ["sign-on-accounts"] }),
  });
  return (
    <Group justify="space-between">
      <div style={{ minWidth: 0, flex: "1 1 200px" }}>
        <Text truncate>{account.provider ? account.name : `${account.name} (${t("signOn.gone")})`}</Text>
        <Text size="sm" c="dimmed" truncate>
          {account.email ? t("signOn.connectedAs", { email: account.email }) : t("signOn.connected")}
        </Text>
      </div>
      <Button
        variant="default"
        h={44}
        aria-label={t("signOn.disconnect", { name: account.name })}
        loading={disconnect.isPending}
        onClick={() => disconnect.mutate()}
      >
        {t("signOn.disconnectShort")}
      </Button>
    </Group>
  );
}
