import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { wordsFor } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import type { AccountRow } from "@/api/types.ts";
import { EraseAccount } from "@/components/EraseAccount.tsx";
import { tell } from "@/components/toast.tsx";

/** Asks an administrator before somebody's account is erased. */
export function EraseOther({ account, onClose }: { account: AccountRow; onClose: () => void }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const params = { path: { user_id: account.id } };
  const hindrances = useQuery({
    queryKey: ["admin", "erasure", account.id],
    staleTime: 0,
    queryFn: () => body(api.GET("/api/admin/users/{user_id}/erasure", { params })),
  });
  const erase = useMutation({
    mutationFn: () => api.DELETE("/api/admin/users/{user_id}", { params }),
    onSuccess: async () => {
      tell(t("myData.otherErased"));
      onClose();
      await client.invalidateQueries({ queryKey: ["admin"] });
    },
    onError: () => hindrances.refetch(),
  });
  return (
    <EraseAccount
      title={t("myData.eraseOtherTitle", { name: account.name })}
      goes={t("myData.otherGoes")}
      stays={t("myData.otherStays")}
      handOver={t("myData.otherHandOver")}
      hindrances={hindrances}
      problem={erase.error ? { words: t(wordsFor(erase.error)), atPassword: false } : null}
      busy={erase.isPending}
      onErase={() => erase.mutate()}
      onClose={onClose}
    />
  );
}
