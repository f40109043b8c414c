import { CaptureUpdateAction, reconcileElements, restoreElements } from "@excalidraw/excalidraw";
import type { ExcalidrawImperativeAPI } from "@excalidraw/excalidraw/types";
import type { Canvas } from "./core/sceneBinding.ts";

/** Excalidraw as the binding's canvas. */
export function excalidrawCanvas(api: ExcalidrawImperativeAPI): Canvas {
  return {
    elements: () => api.getSceneElementsIncludingDeleted(),
    activity: () => api.getAppState(),
    replace: (elements) => api.updateScene({ elements, captureUpdate: CaptureUpdateAction.NEVER }),
    reconcile: (local, remote) =>
      // The brands say "in order" and "from afar"; both are what the binding hands over.
      reconcileElements(local, remote as Parameters<typeof reconcileElements>[1], api.getAppState()),
    restore: (element) => {
      try {
        return restoreElements([element], null)[0] ?? null;
      } catch {
        // Looked like an element and is none; any client may have written it.
        return null;
      }
    },
  };
}
