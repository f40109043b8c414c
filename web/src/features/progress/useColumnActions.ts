import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { wordsFor } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import { tellProblem, tellWithUndo } from "@/components/toast.tsx";
import type { ColumnValues } from "./ColumnForm.tsx";
import type { BoardColumn } from "./core/board.ts";

/** What teachers do with columns. What comes of it arrives in the live document. */
export function useColumnActions(classId: string) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const at = (column_id: string) => ({ params: { path: { class_id: classId, column_id } } });
  const settled = () => client.invalidateQueries({ queryKey: ["classes", classId, "progress"] });
  const attempt = useMutation({
    mutationFn: (work: () => Promise<unknown>) => work(),
    onError: (error) => tellProblem(t(wordsFor(error))),
    onSettled: settled,
  });
  const run = (work: () => Promise<unknown>) => attempt.mutate(work);
  const address = "/api/classes/{class_id}/progress/columns/{column_id}" as const;
  return {
    add: async ({ title, type, dueAt }: ColumnValues) => {
      await api.POST("/api/classes/{class_id}/progress/columns", {
        params: { path: { class_id: classId } },
        body: { title, type, due_at: dueAt },
      });
      await settled();
    },
    change: async (column: BoardColumn, { title, type, dueAt }: ColumnValues, given: boolean) => {
      await api.PATCH(address, {
        ...at(column.id),
        body: {
          ...(title === column.title ? {} : { title }),
          ...(given || type === column.type ? {} : { type }),
          due_at: dueAt,
        },
      });
      await settled();
    },
    hide: (column: BoardColumn) =>
      run(() => api.PATCH(address, { ...at(column.id), body: { hidden: !column.hidden } })),
    order: (ids: readonly string[]) =>
      run(() =>
        api.PUT("/api/classes/{class_id}/progress/columns/order", {
          params: { path: { class_id: classId } },
          body: { column_ids: [...ids] },
        }),
      ),
    remove: (column: BoardColumn) =>
      run(async () => {
        await api.DELETE(address, at(column.id));
        tellWithUndo({
          message: t("progress.columnRemoved", { title: column.title }),
          undoLabel: t("actions.undo"),
          undo: () => run(() => api.POST(`${address}/restore`, at(column.id))),
        });
      }),
    rebuild: () =>
      run(() =>
        api.POST("/api/classes/{class_id}/progress/rebuild", { params: { path: { class_id: classId } } }),
      ),
  };
}
