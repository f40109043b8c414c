import { Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMe } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import type { ClassRoom } from "@/api/types.ts";
import { useLiveDocument } from "@/collab/useLiveDocument.ts";
import { ErrorState } from "@/components/ErrorState.tsx";
import { NotShared } from "@/components/NotShared.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import { progressQuery, type ProgressColumn } from "./queries.ts";
import { StudentBoard } from "./StudentBoard.tsx";
import { TeacherBoard } from "./TeacherBoard.tsx";
import { useBoardStore } from "./useBoardStore.ts";

/** How far everybody has come: the class for its teachers, their own row for students. */
export default function ProgressTab({ room }: { room: ClassRoom }) {
  const { api } = useServices();
  const board = useQuery(progressQuery(api, room.id));
  if (board.error && !board.data) {
    return <ErrorState error={board.error} retry={() => void board.refetch()} />;
  }
  if (!board.data) return <RowsLoading rows={5} />;
  return (
    <LiveProgress
      key={board.data.document_id}
      room={room}
      documentId={board.data.document_id}
      known={board.data.columns}
    />
  );
}

function LiveProgress(props: { room: ClassRoom; documentId: string; known: readonly ProgressColumn[] }) {
  const { data: me } = useMe();
  const { doc, error } = useLiveDocument(props.documentId, "people");
  const store = useBoardStore(doc);
  if (error === "gone") return <NotShared classId={props.room.id} />;
  if (!store || !me) return <RowsLoading rows={5} />;
  return (
    <Stack>
      {props.room.role === "teacher" ? (
        <TeacherBoard room={props.room} store={store} known={props.known} />
      ) : (
        <StudentBoard room={props.room} me={me} store={store} known={props.known} />
      )}
    </Stack>
  );
}
