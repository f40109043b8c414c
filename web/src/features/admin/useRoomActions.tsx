import { Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { wordsFor } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import type { OpenRoom, RoomSession } from "@/api/types.ts";
import { downloadBlob } from "@/components/download.ts";
import { tell, tellProblem } from "@/components/toast.tsx";

/** What a document is called on this page; one that nobody knows any more has no title. */
export function useRoomTitle(room: OpenRoom): string {
  const { t } = useTranslation();
  return room.title ?? t("rooms.unnamed");
}

/** What administrators do with an open document; what cannot be undone asks first. */
export function useRoomActions(room: OpenRoom) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const title = useRoomTitle(room);
  const path = { document_id: room.document_id };
  const settle = {
    onError: (error: unknown) => tellProblem(t(wordsFor(error))),
    onSettled: () => client.invalidateQueries({ queryKey: ["admin"] }),
  };
  const kick = useMutation({
    mutationFn: (userId: string | null) =>
      body(api.POST("/api/admin/rooms/{document_id}/kick", { params: { path }, body: { user_id: userId } })),
    onSuccess: ({ sessions_ended }) => tell(t("rooms.kicked", { count: sessions_ended })),
    ...settle,
  });
  const flush = useMutation({
    mutationFn: () => body(api.POST("/api/admin/rooms/{document_id}/flush", { params: { path } })),
    onSuccess: ({ seq }) => tell(t("rooms.flushed", { title, seq })),
    ...settle,
  });
  const download = useMutation({
    mutationFn: async (format: "json" | "yjs") => {
      const file: Blob = await body(
        api.GET("/api/admin/documents/{document_id}/export", {
          params: { path, query: { format } },
          parseAs: "blob",
        }),
      );
      downloadBlob(file, `${title}.${format}`);
    },
    onError: settle.onError,
  });
  const labels = { confirm: t("rooms.kick"), cancel: t("actions.cancel") };
  return {
    flush: () => flush.mutate(),
    download: (format: "json" | "yjs") => download.mutate(format),
    kickAll: () =>
      modals.openConfirmModal({
        title: t("rooms.kickAllTitle", { title }),
        children: <Text>{t("rooms.kickAllAbout", { count: room.people_count })}</Text>,
        labels: { ...labels, confirm: t("rooms.kickAll") },
        confirmProps: { color: "red" },
        onConfirm: () => kick.mutate(null),
      }),
    kickPerson: ({ user_id, name }: RoomSession) =>
      modals.openConfirmModal({
        title: t("rooms.kickOneTitle", { name }),
        children: <Text>{t("rooms.kickOneAbout", { name, title })}</Text>,
        labels,
        confirmProps: { color: "red" },
        onConfirm: () => kick.mutate(user_id),
      }),
  };
}
