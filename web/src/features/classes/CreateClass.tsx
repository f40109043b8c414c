import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { useServices } from "@/api/services.tsx";
import { AskTitle } from "@/components/AskTitle.tsx";

export function CreateClass(props: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const navigate = useNavigate();
  return (
    <AskTitle
      {...props}
      heading={t("home.create")}
      label={t("fields.classTitle")}
      placeholder={t("fields.classTitleExample")}
      submit={t("home.create")}
      onSubmit={async (title) => {
        const room = await body(api.POST("/api/classes", { body: { title } }));
        await client.invalidateQueries({ queryKey: ["classes"] });
        await navigate({ to: "/classes/$classId", params: { classId: room.id }, search: {} });
      }}
    />
  );
}
