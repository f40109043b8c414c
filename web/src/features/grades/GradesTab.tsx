import { useQuery } from "@tanstack/react-query";
import { useServices } from "@/api/services.tsx";
import type { ClassRoom } from "@/api/types.ts";
import { ErrorState } from "@/components/ErrorState.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import { OwnGrades } from "./OwnGrades.tsx";
import { ownBookQuery } from "./queries.ts";
import { TeacherBook } from "./TeacherBook.tsx";

/** The gradebook for a class's teachers, their own grades for students. */
export default function GradesTab({ room }: { room: ClassRoom }) {
  return room.role === "teacher" ? <TeacherBook room={room} /> : <OwnBook room={room} />;
}

function OwnBook({ room }: { room: ClassRoom }) {
  const { api } = useServices();
  const book = useQuery(ownBookQuery(api, room.id));
  if (book.error && !book.data) return <ErrorState error={book.error} retry={() => void book.refetch()} />;
  if (!book.data) return <RowsLoading rows={5} />;
  return <OwnGrades book={book.data} />;
}
