import { ActionIcon, Button, Group, Menu, Stack } from "@mantine/core";
import {
  IconChalkboard,
  IconChartBar,
  IconChevronDown,
  IconPlus,
  IconPresentation,
} from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
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
  const [asking, setAsking] = useState<"whiteboard" | "slides" | null>(null);
  // Stays while the dialogue closes, so that its words do not change under it.
  const [kind, setKind] = useState<"whiteboard" | "slides">("whiteboard");
  const ask = (wanted: "whiteboard" | "slides") => {
    setKind(wanted);
    setAsking(wanted);
  };
  const documents = useQuery(documentsQuery(api, room.id));
  const teaches = room.role === "teacher";
  const empty = documents.data?.length === 0;
  const newBoard = (
    <Group gap={2} wrap="nowrap">
      <Button h={44} leftSection={<IconPlus size={18} />} onClick={() => ask("whiteboard")}>
        {t("class.newBoard")}
      </Button>
      <Menu position="bottom-end" width={240}>
        <Menu.Target>
          <ActionIcon size={44} aria-label={t("class.newOther")}>
            <IconChevronDown size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconChalkboard size={18} />} onClick={() => ask("whiteboard")}>
            {t("class.newBoard")}
          </Menu.Item>
          <Menu.Item leftSection={<IconPresentation size={18} />} onClick={() => ask("slides")}>
            {t("class.newSlides")}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconChartBar size={18} />}
            renderRoot={(props) => (
              <Link
                to="/classes/$classId/polls"
                params={{ classId: room.id }}
                search={{ create: true }}
                {...props}
              />
            )}
          >
            {t("polls.new")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Group>
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
        opened={asking !== null}
        onClose={() => setAsking(null)}
        heading={t(kind === "slides" ? "class.newSlides" : "class.newBoard")}
        label={t(kind === "slides" ? "slides.deckTitle" : "fields.boardTitle")}
        initial={t(kind === "slides" ? "class.slidesExample" : "fields.boardTitleExample")}
        submit={t(kind === "slides" ? "class.createSlides" : "class.createBoard")}
        onSubmit={async (title) => {
          const made = await body(
            api.POST("/api/classes/{class_id}/documents", {
              params: { path: { class_id: room.id } },
              // Who draws on slides is decided slide by slide.
              body: { kind, title, students: kind === "slides" ? "read" : "write" },
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
