import {
  IconFile,
  IconFileMusic,
  IconFileText,
  IconFileTypePdf,
  IconFileZip,
  IconMovie,
  IconPhoto,
  IconPresentation,
  IconTable,
} from "@tabler/icons-react";
import { createElement } from "react";

const BEGINNINGS = [
  ["image/", IconPhoto],
  ["audio/", IconFileMusic],
  ["video/", IconMovie],
  ["application/pdf", IconFileTypePdf],
  ["text/csv", IconTable],
  ["text/tab-separated-values", IconTable],
  ["text/", IconFileText],
] as const;

const PARTS = [
  ["spreadsheet", IconTable],
  ["excel", IconTable],
  ["presentation", IconPresentation],
  ["powerpoint", IconPresentation],
  ["word", IconFileText],
  ["opendocument.text", IconFileText],
  ["rtf", IconFileText],
  ["zip", IconFileZip],
  ["compressed", IconFileZip],
  ["rar", IconFileZip],
  ["tar", IconFileZip],
] as const;

function iconOf(mediaType: string): typeof IconFile {
  return (
    BEGINNINGS.find(([beginning]) => mediaType.startsWith(beginning))?.[1] ??
    PARTS.find(([part]) => mediaType.includes(part))?.[1] ??
    IconFile
  );
}

/** The icon for a kind of file. */
export function FileIcon({ mediaType, size }: { mediaType: string; size: number }) {
  return createElement(iconOf(mediaType), { size });
}
