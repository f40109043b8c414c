import { IconAward, IconBook2, IconClipboardText, IconFiles, IconListCheck } from "@tabler/icons-react";
import { lazy } from "react";
import type { ClassTab } from "@/components/classTabs.tsx";

/** The tabs of a class that features bring; each is loaded where it is looked at. */
export const CLASS_TABS: readonly ClassTab[] = [
  {
    name: "lessons",
    label: "lessons.tab",
    icon: IconBook2,
    content: lazy(() => import("@/features/lessons/LessonsTab.tsx")),
  },
  {
    name: "assignments",
    label: "assignments.tab",
    icon: IconClipboardText,
    content: lazy(() => import("@/features/assignments/AssignmentsTab.tsx")),
  },
  {
    name: "files",
    label: "files.tab",
    icon: IconFiles,
    content: lazy(() => import("@/features/files/FilesTab.tsx")),
  },
  {
    name: "progress",
    label: "progress.tab",
    icon: IconListCheck,
    content: lazy(() => import("@/features/progress/ProgressTab.tsx")),
  },
  {
    name: "grades",
    label: "grades.tab",
    icon: IconAward,
    content: lazy(() => import("@/features/grades/GradesTab.tsx")),
  },
];
