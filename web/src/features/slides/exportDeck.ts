import { degrees, PDFDocument, type PDFImage, type PDFPage } from "pdf-lib";
import { Problem } from "@/api/problem.ts";
import { readQuestion, type QuestionOnPaper, type QuestionWords } from "./core/question.ts";
import { marksOf } from "./marks.ts";
import type { FetchBytes } from "./pdf/openPdf.ts";
import { png } from "./png.ts";
import { questionPicture } from "./questionPicture.ts";
import type { ShownSlide } from "./useDeck.ts";

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
  words: QuestionWords;
}): Promise<Blob> {
  const { slides, fetch } = options;
  const out = await PDFDocument.create();
  const sources = new Map<string, Promise<PDFDocument | null>>();
  const source = (fileId: string) => {
    const found = sources.get(fileId) ?? openSource(fetch, fileId);
    sources.set(fileId, found);
    return found;
  };
  for (const slide of slides) {
    const page = (await copyPage(out, slide, source)) ?? (await paintPage(out, slide, options));
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
  { documentId, fetch, words }: { documentId: string; fetch: FetchBytes; words: QuestionWords },
): Promise<PDFPage> {
  const page = out.addPage([slide.size.width, slide.size.height]);
  const picture =
    slide.fileId !== null && slide.page !== null && !slide.missing
      ? await pictureOf(
          fetch,
          `/api/documents/${documentId}/slides/pages/${slide.fileId}/${slide.page}/image`,
        )
      : questionPicture(await wordsOn(fetch, slide, words), slide.size);
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

/** What stands on a page that is no picture: of a question what its poll tells by now. */
async function wordsOn(fetch: FetchBytes, slide: ShownSlide, words: QuestionWords): Promise<QuestionOnPaper> {
  const { title, pollId } = slide;
  if (pollId === null) return { title, rows: [] };
  try {
    const address = `/api/documents/${encodeURIComponent(pollId)}/export?format=json`;
    const answer = await fetch(new Request(new URL(address, location.origin)));
    return readQuestion(await answer.json(), { ...words, unopened: title || words.unopened });
  } catch (error) {
    if (error instanceof Problem && error.status < 500) return { title: title || words.unopened, rows: [] };
    throw error;
  }
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
