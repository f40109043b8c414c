import { IconBook2 } from "@tabler/icons-react";
import { newsFrom } from "@/components/classNews.tsx";
import { lessonsQuery, type Unit } from "./queries.ts";

/** Lessons that the class sees; those that one has not opened wait for them. */
export const lessonNews = newsFrom(
  "lessons",
  (api, room) => lessonsQuery(api, room.id),
  (units: readonly Unit[], room) =>
    units
      .flatMap(({ lessons }) => lessons)
      .filter(({ publication, published_at }) => publication === "published" && published_at !== null)
      .map((lesson) => ({
        id: lesson.id,
        title: lesson.title,
        what: "lessons.lesson",
        icon: IconBook2,
        at: lesson.published_at ?? lesson.updated_at,
        waiting: room.role === "student" && lesson.own === "none" ? "new" : null,
        link: {
          to: "/classes/$classId/lessons/$lessonId",
          params: { classId: room.id, lessonId: lesson.id },
          search: {},
        },
      })),
);
