import { Button, Group, Stack } from "@mantine/core";
import { IconFiles } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useServices } from "@/api/services.tsx";
import type { ClassFile, ClassRoom } from "@/api/types.ts";
import { EmptyState } from "@/components/EmptyState.tsx";
import { ErrorState } from "@/components/ErrorState.tsx";
import { FilePicker } from "@/components/FilePicker.tsx";
import { useFileUploads } from "@/components/fileUploads.ts";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import { FileRow } from "./FileRow.tsx";
import { FileView } from "./FileView.tsx";
import { classFilesQuery, fileRoomQuery, filesChanged } from "./queries.ts";

/** What teachers share with the class as files. */
export default function FilesTab({ room }: { room: ClassRoom }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const files = useInfiniteQuery(classFilesQuery(api, room.id));
  const [viewed, view] = useState<ClassFile | null>(null);
  const teaches = room.role === "teacher";
  const list = files.data?.pages.flatMap(({ items }) => items) ?? [];
  const empty = files.data !== undefined && list.length === 0;
  return (
    <Stack gap="lg">
      {teaches && <AddFiles classId={room.id} />}
      {files.isPending && <RowsLoading rows={3} height={72} />}
      {files.error && !files.data && <ErrorState error={files.error} retry={() => void files.refetch()} />}
      {empty && (
        <EmptyState icon={<IconFiles size={28} />} title={t("files.emptyTitle")}>
          {t(teaches ? "files.emptyTeacher" : "files.emptyStudent")}
        </EmptyState>
      )}
      {list.length > 0 && (
        <Stack gap={8} component="ul" p={0} m={0} style={{ listStyle: "none" }}>
          {list.map((file) => (
            <FileRow key={file.id} file={file} teaches={teaches} view={() => view(file)} />
          ))}
        </Stack>
      )}
      {files.hasNextPage && (
        <Group justify="center">
          <Button
            variant="default"
            h={44}
            loading={files.isFetchingNextPage}
            onClick={() => void files.fetchNextPage()}
          >
            {t("files.more")}
          </Button>
        </Group>
      )}
      <FileView file={viewed} onClose={() => view(null)} />
    </Stack>
  );
}

function AddFiles({ classId }: { classId: string }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const mayUpload = useQuery(fileRoomQuery(api));
  const uploads = useFileUploads(async (file) => {
    await api.POST("/api/classes/{class_id}/files", {
      params: { path: { class_id: classId } },
      body: { file_id: file.id, audience: "everybody" },
    });
    await filesChanged(client, classId);
  });
  return (
    <FilePicker
      uploads={uploads}
      label={t("files.add")}
      about={t("files.about")}
      limit={mayUpload.data?.file_max_bytes}
    />
  );
}
