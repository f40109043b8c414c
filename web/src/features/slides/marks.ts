import type {
  ExcalidrawElement,
  ExcalidrawFrameElement,
  NonDeleted,
} from "@excalidraw/excalidraw/element/types";
import type { BinaryFiles } from "@excalidraw/excalidraw/types";
import { Problem } from "@/api/problem.ts";
import { isElement } from "@/components/drawing/isElement.ts";
import { sound } from "@/components/drawing/sound.ts";
import { PAGE_WIDTH_UNITS, type Size } from "./core/place.ts";
import type { FetchBytes } from "./pdf/openPdf.ts";
import { png } from "./png.ts";

/** Pixels per unit: sharp on paper. */
const SCALE = 2;

/** What is drawn over a slide, cut to its page and clear where nothing is, as a PNG; null where nothing is drawn. */
export async function marksOf(fetch: FetchBytes, boardId: string, page: Size): Promise<ArrayBuffer | null> {
  let scene: { elements: { id: string }[]; files: BinaryFiles };
  try {
    const address = `/api/documents/${encodeURIComponent(boardId)}/export?format=excalidraw`;
    const answer = await fetch(new Request(new URL(address, location.origin)));
    scene = (await answer.json()) as typeof scene;
  } catch (error) {
    // Marks that this person may not see are not theirs to save.
    if (error instanceof Problem && error.status < 500) return null;
    throw error;
  }
  if (scene.elements.length === 0) return null;
  window.EXCALIDRAW_ASSET_PATH = "/excalidraw/";
  const { exportToCanvas, restoreElements } = await import("@excalidraw/excalidraw");
  const height = (PAGE_WIDTH_UNITS * page.height) / page.width;
  const frame = { id: "page", type: "frame", x: 0, y: 0, width: PAGE_WIDTH_UNITS, height };
  // What another program wrote and nobody can draw is left out, as it is on the screen.
  const drawable = scene.elements.flatMap((element) =>
    isElement(element.id, element) ? (sound(element) ?? []) : [],
  );
  const [edge, ...elements] = restoreElements([frame as ExcalidrawElement, ...drawable], null);
  const canvas = await exportToCanvas({
    elements: elements,
    files: scene.files,
    appState: { exportBackground: false, exportWithDarkMode: false, viewBackgroundColor: "transparent" },
    exportingFrame: edge as NonDeleted<ExcalidrawFrameElement>,
    getDimensions: (width, tall) => ({ width: width * SCALE, height: tall * SCALE, scale: SCALE }),
  });
  return png(canvas);
}
