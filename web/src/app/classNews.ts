import type { NewsSource } from "@/components/classNews.tsx";
import { assignmentNews } from "@/features/assignments/news.ts";
import { documentNews } from "@/features/classes/documentNews.ts";
import { lessonNews } from "@/features/lessons/news.ts";

/** Who tells what is new in a class. */
export const CLASS_NEWS: readonly NewsSource[] = [lessonNews, assignmentNews, documentNews];
