import type { LinkProps } from "@tanstack/react-router";
import type { components } from "@/api/schema";

export type ActivityLink = Pick<LinkProps, "to" | "params" | "search">;

/** The way to what a column is about; null where there is none in Lectern, or none yet. */
export function activityLink(
  classId: string,
  column: components["schemas"]["ProgressColumn"] | undefined,
): ActivityLink | null {
  const id = column?.activity_id;
  if (!id) return null;
  if (column.activity_kind === "document") {
    return { to: "/classes/$classId/documents/$documentId", params: { classId, documentId: id } };
  }
  if (column.activity_kind === "lesson") {
    return { to: "/classes/$classId/lessons/$lessonId", params: { classId, lessonId: id }, search: {} };
  }
  if (column.activity_kind === "assignment") {
    return { to: "/assignments/$assignmentId", params: { assignmentId: id }, search: {} };
  }
  return null;
}
