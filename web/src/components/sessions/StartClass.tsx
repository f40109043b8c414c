import { Button } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { wordsFor } from "@/api/problem.ts";
import { sessionsQuery } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import { tellProblem } from "@/components/toast.tsx";

/** Start a class at once and go into it; where it runs already, only go. */
export function useStartClass() {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (classId: string) =>
      body(
        api.POST("/api/classes/{class_id}/sessions/start", {
          params: { path: { class_id: classId } },
          body: {},
        }),
      ),
    onSuccess: async (session) => {
      client.setQueryData(sessionsQuery(api, { class_id: session.class_id, state: "running" }).queryKey, [
        session,
      ]);
      void client.invalidateQueries({ queryKey: ["sessions"] });
      await navigate({ to: "/classes/$classId/live", params: { classId: session.class_id }, search: {} });
    },
    onError: (error) => tellProblem(t(wordsFor(error))),
  });
}

export function StartClass({ classId }: { classId: string }) {
  const { t } = useTranslation();
  const start = useStartClass();
  return (
    <Button
      h={44}
      leftSection={<IconPlayerPlay size={18} />}
      loading={start.isPending}
      onClick={() => start.mutate(classId)}
    >
      {t("live.start")}
    </Button>
  );
}
