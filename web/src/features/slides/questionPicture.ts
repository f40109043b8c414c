import type { Size } from "./core/place.ts";
import type { QuestionOnPaper } from "./core/question.ts";
import { png } from "./png.ts";

const WIDTH = 1920;
const MARGIN = 90;
const TITLE_PIXELS = 64;
const ROW_PIXELS = 40;
const INK = "#1f2933";
const TRACK = "#e9ecef";
const BAR = "#7fb8a4";

/**
 * Draw what stands on a page that is no page of a file: its title, and of a question what can be answered and how that stands.
 *
 * The canvas knows every script that the device has fonts for; a PDF's own fonts know only a few.
 */
export function questionPicture({ title, rows }: QuestionOnPaper, size: Size): Promise<ArrayBuffer> | null {
  if (!title) return null;
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = Math.round((WIDTH * size.height) / size.width);
  const pen = canvas.getContext("2d");
  if (!pen) return null;
  const font = (pixels: number, weight = 400) =>
    `${weight} ${pixels}px ${getComputedStyle(document.body).fontFamily}`;
  pen.font = font(TITLE_PIXELS, 600);
  pen.fillStyle = INK;
  let y = MARGIN + TITLE_PIXELS;
  for (const line of linesOf(pen, title)) {
    pen.fillText(line, MARGIN, y);
    y += TITLE_PIXELS * 1.25;
  }
  // As large as all of it fits.
  const step = Math.min(ROW_PIXELS * 3, (canvas.height - y - MARGIN / 2) / Math.max(1, rows.length));
  const letters = Math.min(ROW_PIXELS, step / 2.4);
  pen.font = font(letters);
  for (const { text, result } of rows) {
    pen.fillStyle = INK;
    const told = result?.words ?? "";
    const room = WIDTH - 2 * MARGIN - (told ? pen.measureText(told).width + letters : 0);
    pen.fillText(text, MARGIN, y + letters, room);
    if (result) {
      pen.fillText(told, WIDTH - MARGIN - pen.measureText(told).width, y + letters);
      const width = WIDTH - 2 * MARGIN;
      pen.fillStyle = TRACK;
      pen.fillRect(MARGIN, y + letters * 1.4, width, letters / 2);
      pen.fillStyle = BAR;
      pen.fillRect(MARGIN, y + letters * 1.4, width * result.share, letters / 2);
    }
    y += step;
  }
  return png(canvas);
}

function linesOf(pen: CanvasRenderingContext2D, words: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of words.split(/\s+/)) {
    const longer = line ? `${line} ${word}` : word;
    if (line && pen.measureText(longer).width > WIDTH - 2 * MARGIN) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
