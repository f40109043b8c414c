import { Center } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Problem } from "@/api/problem.ts";
import { classQuery, documentQuery, useMe } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import { ErrorState } from "@/components/ErrorState.tsx";
import { useTitle } from "@/components/useTitle.ts";
import { BoardRoom } from "./BoardRoom.tsx";
import { BoardSkeleton } from "./BoardSkeleton.tsx";
import { NotShared } from "./NotShared.tsx";

const route = getRouteApi("/members/classes/$classId/documents/$documentId");

/** A board at full size: finds out what it is, then opens it. */
export function BoardPage() {
  const { api } = useServices();
  const { classId, documentId } = route.useParams();
  const { data: me } = useMe();
  const room = useQuery(classQuery(api, classId));
  const board = useQuery(documentQuery(api, documentId));
  useTitle(board.data?.title);
  const error = board.error ?? room.error;
  // Once open, a board stays open: what the socket says counts, and it may have a rescue copy to offer.
  if (error && !board.data) {
    if (error instanceof Problem && error.status === 404) return <NotShared classId={classId} />;
    return (
      <Center h="100dvh">
        <ErrorState error={error} retry={() => void Promise.all([board.refetch(), room.refetch()])} />
      </Center>
    );
  }
  if (!board.data || !me) return <BoardSkeleton />;
  return <BoardRoom key={board.data.id} board={board.data} teaches={room.data?.role === "teacher"} me={me} />;
}
