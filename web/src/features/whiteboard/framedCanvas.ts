import { getCommonBounds } from "@excalidraw/excalidraw";
import type { ExcalidrawImperativeAPI } from "@excalidraw/excalidraw/types";
import type { FramedCanvas } from "./core/framing.ts";

/** A projected board is made as large as the room has space for. */
const PROJECTED = { fitToViewport: true, viewportZoomFactor: 0.9, maxZoom: 2, animate: false } as const;

/** Excalidraw, as far as framing needs it. */
export function framedCanvas(api: ExcalidrawImperativeAPI, projected: boolean): FramedCanvas {
  return {
    view() {
      const state = api.getAppState();
      return {
        scrollX: state.scrollX,
        scrollY: state.scrollY,
        zoom: state.zoom.value,
        width: state.width,
        height: state.height,
        busy:
          state.newElement !== null ||
          state.multiElement !== null ||
          state.editingTextElement !== null ||
          state.selectedElementsAreBeingDragged,
      };
    },
    showAll() {
      if (api.getSceneElements().length === 0) return false;
      api.scrollToContent(undefined, projected ? PROJECTED : { fitToContent: true, animate: false });
      return true;
    },
    beyond() {
      const elements = api.getSceneElements();
      if (elements.length === 0) return null;
      const { scrollX, scrollY, zoom, width, height } = api.getAppState();
      const bounds = getCommonBounds(elements);
      const [left, top, right, bottom] = bounds;
      const inSight =
        left + scrollX >= 0 &&
        top + scrollY >= 0 &&
        right + scrollX <= width / zoom.value &&
        bottom + scrollY <= height / zoom.value;
      return inSight ? null : bounds.join();
    },
    scroll: (to) => api.updateScene({ appState: to }),
  };
}
