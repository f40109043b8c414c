import "../assetPath.ts";
import "@excalidraw/excalidraw/index.css";
import { CaptureUpdateAction, Excalidraw, restoreElements } from "@excalidraw/excalidraw";
import type { BinaryFileData, ExcalidrawImperativeAPI } from "@excalidraw/excalidraw/types";
import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { isElement } from "@/components/drawing/isElement.ts";
import { sound } from "@/components/drawing/sound.ts";
import { canvasLanguage } from "../canvasLanguage.ts";
import type { BoardElement } from "../core/element.ts";
import { useCanvasNames } from "../useCanvasNames.ts";
import styles from "./HistoryPage.module.css";

/** Read a scene; what any client may have written and nobody can draw is left out. */
function readScene(text: string): { elements: readonly BoardElement[]; files: BinaryFileData[] } {
  const scene = JSON.parse(text) as { elements: unknown[]; files: Record<string, BinaryFileData> };
  const elements = scene.elements.flatMap((element) => {
    const { id } = element as { id: string };
    const drawable = isElement(id, element) ? sound(element) : null;
    if (!drawable) return [];
    try {
      return restoreElements([drawable], null);
    } catch {
      return [];
    }
  });
  return { elements, files: Object.values(scene.files) };
}

/** A board as it was: to look at, to move and to zoom, never to change. The view stays when the moment changes. */
export default function HistoryPreview({ scene, label }: { scene: string; label: string }) {
  const { t, i18n } = useTranslation();
  const container = useRef<HTMLDivElement>(null);
  useCanvasNames(container, { menu: t("board.menu"), choices: t("board.choices") });
  const theme = useComputedColorScheme("light");
  const [api, setApi] = useState<ExcalidrawImperativeAPI | null>(null);
  const placed = useRef(false);
  const { elements, files } = useMemo(() => readScene(scene), [scene]);

  useEffect(() => {
    if (!api) return;
    // Until Excalidraw has set itself up, it would overwrite what we put into the scene.
    const show = () => {
      if (api.getAppState().isLoading) return false;
      api.addFiles(files);
      api.updateScene({ elements, captureUpdate: CaptureUpdateAction.NEVER });
      if (!placed.current && elements.length > 0) {
        placed.current = true;
        api.scrollToContent(undefined, { fitToContent: true, animate: false });
      }
      return true;
    };
    if (show()) return;
    const stop = api.onChange(() => {
      if (show()) stop();
    });
    return stop;
  }, [api, elements, files]);

  return (
    <div
      ref={container}
      className={styles["canvas"]}
      role="group"
      aria-label={label}
      data-moment-elements={elements.length}
    >
      <Excalidraw
        excalidrawAPI={setApi}
        viewModeEnabled
        zenModeEnabled
        theme={theme}
        langCode={canvasLanguage(i18n.language)}
        aiEnabled={false}
        validateEmbeddable={false}
      />
    </div>
  );
}
