import { createContext, use, type ReactNode } from "react";
import type { LessonFile } from "../LessonFiles.tsx";

const KnownFilesContext = createContext<ReadonlyMap<string, LessonFile>>(new Map());

/** The files that a text may show while it is written: the lesson's, and those just uploaded. */
export function KnownFilesProvider(props: { files: ReadonlyMap<string, LessonFile>; children: ReactNode }) {
  return <KnownFilesContext value={props.files}>{props.children}</KnownFilesContext>;
}

export function useKnownFile(id: unknown): LessonFile | undefined {
  return use(KnownFilesContext).get(String(id));
}
