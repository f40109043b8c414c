import { IconClipboardCheck, IconClipboardText } from "@tabler/icons-react";
import { newsFrom, type NewsItem } from "@/components/classNews.tsx";
import { assignmentsQuery, type Assignment } from "./queries.ts";

type News = Pick<NewsItem, "what" | "icon" | "at" | "waiting">;

/**
 * What an assignment has to tell: to a student that it is set, which waits for them until they begin or can no more hand it in, and then that
 * their work came back; to a teacher that it is set, and that work waits for a grade.
 */
export function newsOf(assignment: Assignment, teaches: boolean, now: number): News | null {
  const { cutoff_at, own, published_at, work } = assignment;
  if (published_at == null) return null;
  if (teaches && work && work.to_grade > 0)
    return {
      what: "assignments.workToGrade",
      icon: IconClipboardCheck,
      at: work.handed_in_at ?? published_at,
      waiting: "toDo",
    };
  if (own?.state === "returned")
    return {
      what: "assignments.workReturned",
      icon: IconClipboardCheck,
      at: own.returned_at ?? published_at,
      waiting: null,
    };
  const over = cutoff_at != null && Date.parse(cutoff_at) < now;
  return {
    what: "assignments.one",
    icon: IconClipboardText,
    at: published_at,
    waiting: !teaches && own?.state === "none" && !over ? "toDo" : null,
  };
}

export const assignmentNews = newsFrom(
  "assignments",
  (api, room) => assignmentsQuery(api, room.id),
  (assignments: readonly Assignment[], room) =>
    assignments.flatMap((assignment) => {
      const news = newsOf(assignment, room.role === "teacher", Date.now());
      if (!news) return [];
      const { id, title } = assignment;
      return [
        {
          id,
          title,
          ...news,
          link: { to: "/assignments/$assignmentId", params: { assignmentId: id }, search: {} },
        },
      ];
    }),
);
