import { Menu } from "@mantine/core";
import { IconCheck, IconLock, IconMail, IconPhotoOff, IconUserCog } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { wordsFor } from "@/api/problem.ts";
import { authOptionsQuery } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import type { AccountRow as Account, Role } from "@/api/types.ts";
import { tell, tellProblem, tellWithUndo } from "@/components/toast.tsx";
import { DeleteItem, MoreMenu } from "@/components/MoreMenu.tsx";
import { ROLES } from "./roles.ts";

/** What an administrator can do with an account, besides letting it in. */
export function AccountMenu({
  account,
  onBlock,
  onErase,
}: {
  account: Account;
  onBlock: () => void;
  onErase: () => void;
}) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (role: Role) =>
      api.PUT("/api/admin/users/{user_id}/role", {
        params: { path: { user_id: account.id } },
        body: { role },
      }),
    onSuccess: (_, role) => {
      const before = account.role;
      tellWithUndo({
        message: t("admin.roleChanged", { name: account.name, role: t(`roles.${role}`) }),
        undoLabel: t("actions.undo"),
        undo: () => change.mutate(before),
      });
    },
    onError: (error) => tellProblem(t(wordsFor(error))),
    onSettled: () => client.invalidateQueries({ queryKey: ["admin"] }),
  });
  const options = useQuery(authOptionsQuery(api));
  const reset = useMutation({
    mutationFn: () =>
      api.POST("/api/admin/users/{user_id}/password-reset", { params: { path: { user_id: account.id } } }),
    onSuccess: () => tell(t("admin.resetSent", { email: account.email })),
    onError: (error) => tellProblem(t(wordsFor(error))),
    onSettled: () => client.invalidateQueries({ queryKey: ["admin", "audit"] }),
  });
  const removePicture = useMutation({
    mutationFn: () =>
      api.DELETE("/api/admin/users/{user_id}/picture", { params: { path: { user_id: account.id } } }),
    onSuccess: () => tell(t("admin.pictureRemoved", { name: account.name })),
    onError: (error) => tellProblem(t(wordsFor(error))),
    onSettled: () => client.invalidateQueries({ queryKey: ["admin"] }),
  });
  return (
    <MoreMenu label={t("people.menu", { name: account.name })}>
      <Menu.Label>{t("admin.changeRole")}</Menu.Label>
      {ROLES.map((role) => (
        <Menu.Item
          key={role}
          disabled={role === account.role || change.isPending}
          leftSection={role === account.role ? <IconCheck size={18} /> : <IconUserCog size={18} />}
          onClick={() => change.mutate(role)}
        >
          {t(`roles.${role}`)}
        </Menu.Item>
      ))}
      {account.status !== "blocked" && (
        <>
          <Menu.Divider />
          <Menu.Item
            disabled={options.data?.mail !== true}
            leftSection={<IconMail size={18} />}
            onClick={() => reset.mutate()}
          >
            {t(options.data?.mail === false ? "admin.noMail" : "admin.sendReset")}
          </Menu.Item>
          <Menu.Item c="var(--mantine-color-error)" leftSection={<IconLock size={18} />} onClick={onBlock}>
            {t("admin.block")}
          </Menu.Item>
        </>
      )}
      {account.picture && (
        <Menu.Item leftSection={<IconPhotoOff size={18} />} onClick={() => removePicture.mutate()}>
          {t("admin.removePicture")}
        </Menu.Item>
      )}
      <DeleteItem label={t("myData.eraseOther")} onClick={onErase} />
    </MoreMenu>
  );
}
