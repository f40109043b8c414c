import { useQuery } from "@tanstack/react-query";
import { useServices } from "@/api/services.tsx";
import type { ClassRoom } from "@/api/types.ts";
import { ErrorState } from "@/components/ErrorState.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import { OwnGrades } from "./OwnGrades.tsx";
import { gradebookQuery } from "./queries.ts";
import { TeacherBook } from "./TeacherBook.tsx";

/** The gradebook for a class's teachers, their own grades for students. */
export default function GradesTab({ room }: { room: ClassRoom }) {
  const { api } = useServices();
  const book = useQuery(gradebookQuery(api, room.id));
  if (book.error && !book.data) return <ErrorState error={book.error} retry={() => void book.refetch()} />;
  if (!book.data) return <RowsLoading rows={5} />;
  return room.role === "teacher" ? (
    <TeacherBook room={room} book={book.data} />
  ) : (
    <OwnGrades book={book.data} />
  );
}
