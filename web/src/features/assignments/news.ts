import { IconClipboardText } from "@tabler/icons-react";
import { newsFrom } from "@/components/classNews.tsx";
import { assignmentsQuery, type Assignment } from "./queries.ts";

/** Work that is set; what a student has not begun and can still hand in waits for them. */
export const assignmentNews = newsFrom(
  "assignments",
  (api, room) => assignmentsQuery(api, room.id),
  (assignments: readonly Assignment[], room) =>
    assignments.flatMap((assignment) => {
      const { cutoff_at, own, published_at } = assignment;
      if (published_at == null) return [];
      const over = cutoff_at != null && Date.parse(cutoff_at) < Date.now();
      return [
        {
          id: assignment.id,
          title: assignment.title,
          what: "assignments.one",
          icon: IconClipboardText,
          at: published_at,
          waiting: room.role === "student" && own?.state === "none" && !over,
          link: { to: "/assignments/$assignmentId", params: { assignmentId: assignment.id }, search: {} },
        },
      ];
    }),
);
