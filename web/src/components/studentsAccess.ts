import type { AccessLevel, BoardDocument } from "@/api/types.ts";

/** Whether students can be given a kind of document to write; decks and polls are only written by others. */
export function studentsMayWrite(kind: BoardDocument["kind"]): boolean {
  return kind === "whiteboard";
}

/** The setting for students as it works out for the document's kind. */
export function studentsAccess({ kind, students }: Pick<BoardDocument, "kind" | "students">): AccessLevel {
  return students === "write" && !studentsMayWrite(kind) ? "read" : students;
}
