import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { useServices } from "@/api/services.tsx";
import { AskTitle } from "@/components/AskTitle.tsx";

export function JoinWithCode(props: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const navigate = useNavigate();
  return (
    <AskTitle
      {...props}
      heading={t("home.join")}
      label={t("join.codeLabel")}
      description={t("join.codeNote")}
      placeholder="ABCD-EFGH"
      submit={t("join.join")}
      field="join_code"
      onSubmit={async (code) => {
        const room = await body(api.POST("/api/classes/join", { body: { join_code: code } }));
        await client.invalidateQueries({ queryKey: ["classes"] });
        await navigate({ to: "/classes/$classId", params: { classId: room.id }, search: {} });
      }}
    />
  );
}
