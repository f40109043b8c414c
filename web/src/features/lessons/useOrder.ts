import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { wordsFor } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import { tellProblem, tellWithUndo } from "@/components/toast.tsx";
import { inOrder, type Order } from "./core/outline.ts";
import { lessonChanged, lessonsQuery } from "./queries.ts";

/** Put units and lessons in order, shown at once, with an undo; `said` is for those who do not see them move. */
export function useOrder(classId: string): {
  readonly move: (after: Order, before: Order, title: string) => void;
  readonly said: string;
} {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const [said, setSaid] = useState("");
  const key = lessonsQuery(api, classId).queryKey;
  const save = useMutation({
    mutationKey: ["order", classId],
    // One after the other: the last one is what stays.
    scope: { id: `order-${classId}` },
    mutationFn: (order: Order) =>
      api.PUT("/api/classes/{class_id}/lessons/order", {
        params: { path: { class_id: classId } },
        body: { units: order.map(({ id, lesson_ids }) => ({ id, lesson_ids: [...lesson_ids] })) },
      }),
    onMutate: async (order) => {
      // An answer from before would put everything back for a moment.
      await client.cancelQueries({ queryKey: key });
      client.setQueryData(key, (units) => (units ? [...inOrder(units, order)] : units));
    },
    onError: (error) => tellProblem(t(wordsFor(error))),
    onSettled: () => {
      if (client.isMutating({ mutationKey: ["order", classId] }) <= 1) void lessonChanged(client, classId);
    },
  });
  const move = (after: Order, before: Order, title: string) => {
    if (JSON.stringify(after) === JSON.stringify(before)) return;
    save.mutate(after);
    setSaid(t("lessons.movedToast", { title }));
    tellWithUndo({
      message: t("lessons.movedToast", { title }),
      undoLabel: t("actions.undo"),
      undo: () => save.mutate(before),
    });
  };
  return { move, said };
}
