import { Button, Menu } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { wordsFor } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import { timeOfDay } from "@/components/time.ts";
import { tellProblem } from "@/components/toast.tsx";

/** An empty board at once, named by the time of day: in a lesson nobody wants to think of a name first. */
export function NewBoard({
  classId,
  onMade,
  asMenuItem = false,
}: {
  classId: string;
  onMade: (documentId: string) => void;
  asMenuItem?: boolean;
}) {
  const { t, i18n } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const make = useMutation({
    mutationFn: () => {
      const time = timeOfDay(new Date(), i18n.language);
      return body(
        api.POST("/api/classes/{class_id}/documents", {
          params: { path: { class_id: classId } },
          body: { kind: "whiteboard", title: t("live.newBoardTitle", { time }) },
        }),
      );
    },
    onSuccess: (made) => {
      onMade(made.id);
      void client.invalidateQueries({ queryKey: ["classes", classId, "documents"] });
    },
    onError: (error) => tellProblem(t(wordsFor(error))),
  });
  const click = () => make.mutate();
  return asMenuItem ? (
    <Menu.Item leftSection={<IconPlus size={18} />} onClick={click}>
      {t("live.newBoard")}
    </Menu.Item>
  ) : (
    <Button
      variant="subtle"
      h={44}
      leftSection={<IconPlus size={18} />}
      loading={make.isPending}
      onClick={click}
    >
      {t("live.newBoard")}
    </Button>
  );
}
