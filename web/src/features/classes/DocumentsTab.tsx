import { Button, Group, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChalkboard, IconChartBar, IconPlus } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { documentsQuery } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import type { ClassRoom } from "@/api/types.ts";
import { AskTitle } from "@/components/AskTitle.tsx";
import { EmptyState } from "@/components/EmptyState.tsx";
import { ErrorState } from "@/components/ErrorState.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import { DocumentRow } from "./DocumentRow.tsx";
import { JoinCode } from "./JoinCode.tsx";

export function DocumentsTab({ room }: { room: ClassRoom }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [asking, ask] = useDisclosure(false);
  const documents = useQuery(documentsQuery(api, room.id));
  const teaches = room.role === "teacher";
  const empty = documents.data?.length === 0;
  const newBoard = (
    <Button h={44} leftSection={<IconPlus size={18} />} onClick={ask.open}>
      {t("class.newBoard")}
    </Button>
  );
  return (
    <Stack gap="lg">
      {teaches && room.student_count === 0 && <JoinCode room={room} />}
      <Group justify="flex-end">
        <Button
          variant="default"
          h={44}
          leftSection={<IconChartBar size={18} />}
          renderRoot={(props) => (
            <Link to="/classes/$classId/polls" params={{ classId: room.id }} search={{}} {...props} />
          )}
        >
          {t("polls.title")}
        </Button>
        {teaches && !empty && newBoard}
      </Group>
      {documents.isPending && <RowsLoading rows={3} height={72} />}
      {documents.error && <ErrorState error={documents.error} retry={() => void documents.refetch()} />}
      {empty && (
        <EmptyState
          icon={<IconChalkboard size={28} />}
          title={t("class.emptyDocumentsTitle")}
          action={teaches ? newBoard : undefined}
        >
          {t(teaches ? "class.emptyDocumentsTeacher" : "class.emptyDocumentsStudent")}
        </EmptyState>
      )}
      {documents.data && !empty && (
        <Stack gap={8} component="ul" p={0} m={0} style={{ listStyle: "none" }}>
          {documents.data.map((document) => (
            <DocumentRow key={document.id} document={document} teaches={teaches} />
          ))}
        </Stack>
      )}
      <AskTitle
        opened={asking}
        onClose={ask.close}
        heading={t("class.newBoard")}
        label={t("fields.boardTitle")}
        initial={t("fields.boardTitleExample")}
        submit={t("class.createBoard")}
        onSubmit={async (title) => {
          const made = await body(
            api.POST("/api/classes/{class_id}/documents", {
              params: { path: { class_id: room.id } },
              body: { kind: "whiteboard", title },
            }),
          );
          await client.invalidateQueries({ queryKey: ["classes", room.id, "documents"] });
          await navigate({
            to: "/classes/$classId/documents/$documentId",
            params: { classId: room.id, documentId: made.id },
          });
        }}
      />
    </Stack>
  );
}
