import { Badge, Button, Group, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { wordsFor } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import type { AccountRow as Account } from "@/api/types.ts";
import { PersonAvatar } from "@/components/PersonAvatar.tsx";
import { moment } from "@/components/time.ts";
import { tell, tellProblem } from "@/components/toast.tsx";
import { AccountMenu } from "./AccountMenu.tsx";
import { BlockAccount } from "./BlockAccount.tsx";
import { EraseOther } from "./EraseOther.tsx";

export function AccountRow({ account, mayChange }: { account: Account; mayChange: boolean }) {
  const { t, i18n } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const [blocking, block] = useDisclosure(false);
  const [erasing, erase] = useDisclosure(false);
  const path = { params: { path: { user_id: account.id } } };
  const settled = () => client.invalidateQueries({ queryKey: ["admin"] });
  const onError = (error: unknown) => tellProblem(t(wordsFor(error)));
  const approve = useMutation({
    mutationFn: () => api.POST("/api/admin/users/{user_id}/approve", path),
    onSuccess: () => tell(t("admin.approved", { name: account.name })),
    onError,
    onSettled: settled,
  });
  const unblock = useMutation({
    mutationFn: () => api.POST("/api/admin/users/{user_id}/unblock", path),
    onSuccess: () => tell(t("admin.unblocked", { name: account.name })),
    onError,
    onSettled: settled,
  });
  return (
    <Group component="li" justify="space-between" py={10} gap="sm">
      <PersonAvatar person={account} />
      <div style={{ flex: "1 1 240px", minWidth: 0 }}>
        <Group gap="xs">
          <Text truncate>{account.name}</Text>
          <Badge variant="light" color="gray">
            {t(`roles.${account.role}`)}
          </Badge>
        </Group>
        <Text size="sm" c="dimmed" truncate>
          {account.email}
        </Text>
        {account.blocked_reason && (
          <Text size="sm" style={{ overflowWrap: "anywhere" }}>
            {t("admin.because", { reason: account.blocked_reason })}
            {account.blocked_until &&
              ` · ${t("admin.blockedUntil", { until: moment(account.blocked_until, i18n.language) })}`}
          </Text>
        )}
      </div>
      {mayChange && (
        <Group gap="xs">
          {account.status === "pending" && (
            <Button h={44} loading={approve.isPending} onClick={() => approve.mutate()}>
              {t("admin.approve")}
            </Button>
          )}
          {account.status === "blocked" && (
            <Button h={44} variant="default" loading={unblock.isPending} onClick={() => unblock.mutate()}>
              {t("admin.unblock")}
            </Button>
          )}
          <AccountMenu account={account} onBlock={block.open} onErase={erase.open} />
        </Group>
      )}
      <BlockAccount account={account} opened={blocking} onClose={block.close} />
      {erasing && <EraseOther account={account} onClose={erase.close} />}
    </Group>
  );
}
