import type { ExcalidrawImperativeAPI } from "@excalidraw/excalidraw/types";
import type { FramedCanvas } from "./core/framing.ts";

/** Excalidraw, as far as framing needs it. */
export function framedCanvas(api: ExcalidrawImperativeAPI): FramedCanvas {
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
      api.scrollToContent(undefined, { fitToContent: true, animate: false });
      return true;
    },
    scroll: (to) => api.updateScene({ appState: to }),
  };
}
