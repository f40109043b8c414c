import { Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { meQuery } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import { forgetPerson, waitingEverywhere } from "@/collab/deviceStore.ts";
import { Unreachable } from "@/api/problem.ts";
import { tellProblem } from "./toast.tsx";

/** Sign out; asks only when work that nobody else has would go with it. */
export function useSignOut(): () => void {
  const { api, tokens, device } = useServices();
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();

  async function leave(userId: string | undefined) {
    let elsewhere: string | null = null;
    try {
      const { data } = await api.POST("/api/auth/logout");
      elsewhere = data?.provider_sign_out ?? null;
    } catch (error) {
      // Without an answer the cookie would still be good: say so instead of pretending.
      if (error instanceof Unreachable) {
        tellProblem(t("profile.signOutOffline"));
        return;
      }
    }
    if (userId) await forgetPerson(userId, device).catch(() => undefined);
    client.clear();
    tokens.signOut();
    if (elsewhere !== null) {
      // Else whoever sits down here next would be let in as this person by the provider, which still knows them.
      location.assign(elsewhere);
      return;
    }
    await navigate({ to: "/login", search: {} });
  }

  return () => {
    const userId = client.getQueryData(meQuery(api).queryKey)?.id;
    const waiting = userId ? waitingEverywhere(userId) : 0;
    if (waiting === 0) {
      void leave(userId);
      return;
    }
    modals.openConfirmModal({
      title: t("profile.signOutWaitingTitle"),
      children: <Text>{t("profile.signOutWaiting", { count: waiting })}</Text>,
      labels: { confirm: t("profile.signOutAnyway"), cancel: t("actions.stay") },
      confirmProps: { color: "red" },
      onConfirm: () => void leave(userId),
    });
  };
}
