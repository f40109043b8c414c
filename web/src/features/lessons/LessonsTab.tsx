import { Button, Group, Stack } from "@mantine/core";
import { IconBook2, IconPlus } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useServices } from "@/api/services.tsx";
import type { ClassRoom } from "@/api/types.ts";
import { AskTitle } from "@/components/AskTitle.tsx";
import { EmptyState } from "@/components/EmptyState.tsx";
import { ErrorState } from "@/components/ErrorState.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import { Outline } from "./Outline.tsx";
import { lessonChanged, lessonsQuery } from "./queries.ts";

/** The lessons of a class in their units; teachers put them in order here. */
export default function LessonsTab({ room }: { room: ClassRoom }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const lessons = useQuery(lessonsQuery(api, room.id));
  const teaches = room.role === "teacher";
  const [adding, setAdding] = useState(false);
  const addUnit = teaches && (
    <Button h={44} leftSection={<IconPlus size={18} />} onClick={() => setAdding(true)}>
      {t("lessons.newUnit")}
    </Button>
  );
  const empty = lessons.data?.length === 0;
  return (
    <Stack gap="lg">
      {teaches && !empty && <Group justify="flex-end">{addUnit}</Group>}
      {lessons.isPending && <RowsLoading rows={4} height={60} />}
      {lessons.error && <ErrorState error={lessons.error} retry={() => void lessons.refetch()} />}
      {empty && (
        <EmptyState
          icon={<IconBook2 size={28} />}
          title={t("lessons.noneTitle")}
          action={addUnit || undefined}
        >
          {t(teaches ? "lessons.noneTeacher" : "lessons.noneStudent")}
        </EmptyState>
      )}
      {lessons.data && !empty && <Outline room={room} units={lessons.data} teaches={teaches} />}
      <AskTitle
        opened={adding}
        onClose={() => setAdding(false)}
        heading={t("lessons.newUnit")}
        label={t("lessons.unitTitle")}
        placeholder={t("lessons.unitExample")}
        submit={t("lessons.addUnit")}
        onSubmit={async (title) => {
          await api.POST("/api/classes/{class_id}/units", {
            params: { path: { class_id: room.id } },
            body: { title },
          });
          await lessonChanged(client, room.id);
        }}
      />
    </Stack>
  );
}
