import { CaptureUpdateAction, exportToBlob, exportToSvg, serializeAsJSON } from "@excalidraw/excalidraw";
import type { ExcalidrawImperativeAPI } from "@excalidraw/excalidraw/types";
import type * as Y from "yjs";
import type { BoardHandle } from "./boardHandle.ts";
import { rescuedElements } from "./core/rescued.ts";
import { FILES } from "./core/sharedElements.ts";
import { downloadBlob } from "@/components/download.ts";

/** Pixels per unit of the exported picture: sharp on paper, still small enough to mail. */
const EXPORT_SCALE = 2;

/** What bar and panels may do with an open canvas. */
export function boardHandle(
  api: ExcalidrawImperativeAPI,
  document: Y.Doc,
  listeners: Set<() => void>,
): BoardHandle {
  return {
    elements: () => api.getSceneElementsIncludingDeleted(),
    subscribe(changed) {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    show(id) {
      const element = api.getSceneElements().find((one) => one.id === id);
      if (!element) return;
      api.updateScene({ appState: { selectedElementIds: { [id]: true } } });
      api.scrollToContent(element, { fitToContent: true, maxZoom: 1, animate: false });
    },
    async download(format) {
      const elements = api.getSceneElements();
      const files = api.getFiles();
      const name = (api.getName() || "board").replace(/[\\/:*?"<>|]+/g, " ").trim();
      const appState = {
        exportBackground: true,
        exportWithDarkMode: false,
        exportEmbedScene: false,
        viewBackgroundColor: api.getAppState().viewBackgroundColor,
      };
      if (format === "png") {
        const getDimensions = (width: number, height: number) => ({
          width: width * EXPORT_SCALE,
          height: height * EXPORT_SCALE,
          scale: EXPORT_SCALE,
        });
        const blob = await exportToBlob({
          elements,
          files,
          appState,
          mimeType: "image/png",
          getDimensions,
          exportPadding: 16,
        });
        downloadBlob(blob, `${name}.png`);
      } else if (format === "svg") {
        const svg = await exportToSvg({ elements, files, appState, exportPadding: 16 });
        downloadBlob(new Blob([svg.outerHTML], { type: "image/svg+xml" }), `${name}.svg`);
      } else {
        const json = serializeAsJSON(elements, api.getAppState(), files, "local");
        downloadBlob(new Blob([json], { type: "application/vnd.excalidraw+json" }), `${name}.excalidraw`);
      }
    },
    insert(copy) {
      const { elements, files } = rescuedElements(copy);
      if (elements.length === 0) return 0;
      const map = document.getMap<unknown>(FILES);
      document.transact(() => {
        for (const [id, entry] of files) if (!map.has(id)) map.set(id, entry);
      });
      api.updateScene({
        elements: [...api.getSceneElementsIncludingDeleted(), ...elements],
        captureUpdate: CaptureUpdateAction.IMMEDIATELY,
      });
      return elements.length;
    },
  };
}
