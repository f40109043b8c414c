import { degrees, PDFDocument, type PDFImage, type PDFPage } from "pdf-lib";
import { Problem } from "@/api/problem.ts";
import { UNOPENED_POLL } from "@/components/documentViews.tsx";
import { marksOf } from "./marks.ts";
import type { FetchBytes } from "./pdf/openPdf.ts";
import { png } from "./png.ts";
import type { ShownSlide } from "./useDeck.ts";

/** Of a title on a picture 1920 pixels wide. */
const TITLE_PIXELS = 64;
const TITLE_MARGIN = 90;

/**
 * Write a deck as a PDF: the original pages as they are, words and all, and the marks above them as Excalidraw draws them.
 *
 * Done in the browser, because only Excalidraw itself draws its elements faithfully: hand-drawn lines, its fonts in every
 * script, pictures. A page that cannot be copied (a locked file) comes as the server's picture of it.
 */
export async function exportDeck(options: {
  documentId: string;
  slides: readonly ShownSlide[];
  fetch: FetchBytes;
}): Promise<Blob> {
  const { documentId, slides, fetch } = options;
  const out = await PDFDocument.create();
  const sources = new Map<string, Promise<PDFDocument | null>>();
  const source = (fileId: string) => {
    const found = sources.get(fileId) ?? openSource(fetch, fileId);
    sources.set(fileId, found);
    return found;
  };
  for (const slide of slides) {
    const page = (await copyPage(out, slide, source)) ?? (await paintPage(out, slide, { documentId, fetch }));
    const marks = slide.boardId === null ? null : await marksOf(fetch, slide.boardId, slide.size);
    if (marks) cover(page, await out.embedPng(marks));
  }
  const bytes = await out.save();
  return new Blob([bytes.slice().buffer], { type: "application/pdf" });
}

async function openSource(fetch: FetchBytes, fileId: string): Promise<PDFDocument | null> {
  try {
    const answer = await fetch(
      new Request(new URL(`/api/files/${encodeURIComponent(fileId)}`, location.origin)),
    );
    return await PDFDocument.load(await answer.arrayBuffer(), { updateMetadata: false });
  } catch (error) {
    if (error instanceof Problem && error.status >= 500) throw error;
    return null;
  }
}

async function copyPage(
  out: PDFDocument,
  slide: ShownSlide,
  source: (fileId: string) => Promise<PDFDocument | null>,
): Promise<PDFPage | null> {
  if (slide.fileId === null || slide.page === null || slide.missing) return null;
  const from = await source(slide.fileId);
  if (!from || slide.page > from.getPageCount()) return null;
  try {
    const [copy] = await out.copyPages(from, [slide.page - 1]);
    return copy ? out.addPage(copy) : null;
  } catch {
    return null;
  }
}

/** A page that is not in a file, or cannot be taken out of it: its picture, its title, or just paper. */
async function paintPage(
  out: PDFDocument,
  slide: ShownSlide,
  { documentId, fetch }: { documentId: string; fetch: FetchBytes },
): Promise<PDFPage> {
  const page = out.addPage([slide.size.width, slide.size.height]);
  const picture =
    slide.fileId !== null && slide.page !== null && !slide.missing
      ? await pictureOf(
          fetch,
          `/api/documents/${documentId}/slides/pages/${slide.fileId}/${slide.page}/image`,
        )
      : titlePicture(await titleOf(fetch, slide), slide.size);
  if (picture) cover(page, await out.embedPng(await picture));
  return page;
}

async function pictureOf(fetch: FetchBytes, address: string): Promise<ArrayBuffer> {
  const answer = await fetch(new Request(new URL(address, location.origin)));
  const picture = await createImageBitmap(await answer.blob());
  const canvas = document.createElement("canvas");
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext("2d")?.drawImage(picture, 0, 0);
  return png(canvas);
}

/** What stands on a page that is no picture; a question that was not asked yet when it was put there has been asked since. */
async function titleOf(fetch: FetchBytes, slide: ShownSlide): Promise<string> {
  if (slide.title || slide.pollId === null) return slide.title;
  try {
    const address = `/api/documents/${encodeURIComponent(slide.pollId)}`;
    const answer = await fetch(new Request(new URL(address, location.origin)));
    const poll = (await answer.json()) as { title: string };
    return poll.title === UNOPENED_POLL ? "" : poll.title;
  } catch (error) {
    if (error instanceof Problem && error.status < 500) return "";
    throw error;
  }
}

/** The canvas knows every script that the device has fonts for; a PDF's own fonts know only a few. */
function titlePicture(title: string, size: ShownSlide["size"]): Promise<ArrayBuffer> | null {
  if (!title) return null;
  const canvas = document.createElement("canvas");
  canvas.width = 1920;
  canvas.height = Math.round((1920 * size.height) / size.width);
  const pen = canvas.getContext("2d");
  if (!pen) return null;
  pen.font = `600 ${TITLE_PIXELS}px ${getComputedStyle(document.body).fontFamily}`;
  pen.fillStyle = "#1f2933";
  let line = "";
  let y = TITLE_MARGIN + TITLE_PIXELS;
  for (const word of title.split(/\s+/)) {
    const longer = line ? `${line} ${word}` : word;
    if (line && pen.measureText(longer).width > canvas.width - 2 * TITLE_MARGIN) {
      pen.fillText(line, TITLE_MARGIN, y);
      line = word;
      y += TITLE_PIXELS * 1.25;
    } else line = longer;
  }
  pen.fillText(line, TITLE_MARGIN, y);
  return png(canvas);
}

/** Lay a picture over the whole page as people see it, however the file turns or crops it. */
function cover(page: PDFPage, image: PDFImage): void {
  const { x, y, width, height } = page.getCropBox();
  const turned = ((page.getRotation().angle % 360) + 360) % 360;
  const seen = turned % 180 === 0 ? { width, height } : { width: height, height: width };
  const corners: Readonly<Record<number, readonly [number, number]>> = {
    90: [x + width, y],
    180: [x + width, y + height],
    270: [x, y + height],
  };
  const [left, bottom] = corners[turned] ?? [x, y];
  page.drawImage(image, { ...seen, x: left, y: bottom, rotate: degrees(turned) });
}
