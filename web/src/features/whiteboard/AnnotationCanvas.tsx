import "@excalidraw/excalidraw/index.css";
import { CaptureUpdateAction, Excalidraw, MainMenu } from "@excalidraw/excalidraw";
import type { ExcalidrawImperativeAPI } from "@excalidraw/excalidraw/types";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { BoardDocument } from "@/api/types.ts";
import type { Incarnation } from "@/collab/documentSession.ts";
import type { SaveState } from "@/collab/saveState.ts";
import type { PagePlace } from "@/components/documentViews.tsx";
import styles from "./AnnotationCanvas.module.css";
import { canvasLanguage } from "./canvasLanguage.ts";
import { Cursors } from "./Cursors.tsx";
import { LiveBoard } from "./liveBoard.ts";
import { useCanvasNames } from "./useCanvasNames.ts";
import { useImagePorts } from "./useImagePorts.ts";

const NOBODY_ASKS = () => undefined;

/**
 * Excalidraw over a page, its camera held to the page: a mark stays on its spot at every window size.
 *
 * The paper is white in dark mode too, so the marks keep their light colours there.
 */
export default function AnnotationCanvas(props: {
  board: BoardDocument;
  userId: string;
  incarnation: Incarnation;
  place: PagePlace;
  drawing: boolean;
  low: boolean;
  link: SaveState["kind"];
  onUploads: (count: number) => void;
  onDropped: () => void;
}) {
  const { t, i18n } = useTranslation();
  const { incarnation, place, drawing, link } = props;
  const [api, setApi] = useState<ExcalidrawImperativeAPI | null>(null);
  const [live, setLive] = useState<LiveBoard | null>(null);
  const container = useRef<HTMLDivElement>(null);
  useCanvasNames(container, { menu: t("board.menu"), choices: t("board.choices") });
  const images = useImagePorts({ board: props.board, userId: props.userId, api, onUploads: props.onUploads });

  const begin = useEffectEvent((canvas: ExcalidrawImperativeAPI) => {
    const board = new LiveBoard({
      api: canvas,
      document: incarnation.document,
      awareness: incarnation.awareness,
      images,
      people: NOBODY_ASKS,
      changed: NOBODY_ASKS,
    });
    board.setWritable(drawing);
    return board;
  });
  useEffect(() => {
    if (!api) return;
    let board: LiveBoard | null = null;
    // Until Excalidraw has set itself up, it would overwrite what we put into the scene.
    const onChange = () => {
      if (!board && !api.getAppState().isLoading) setLive((board = begin(api)));
      board?.sceneChanged();
    };
    const stop = api.onChange(onChange);
    const first = setTimeout(onChange, 0);
    return () => {
      clearTimeout(first);
      stop();
      board?.close();
      setLive(null);
    };
  }, [api, incarnation]);

  const tellDropped = useEffectEvent(() => props.onDropped());
  useEffect(() => {
    if (live?.setWritable(drawing)) tellDropped();
    if (drawing) api?.setActiveTool({ type: "freedraw" });
  }, [api, live, drawing]);

  const online = link === "saved" || link === "saving";
  useEffect(() => {
    if (online) live?.images.retryNow();
  }, [live, online]);

  const { x, y, scale } = place;
  useEffect(() => {
    if (!api || !live) return;
    const hold = () => {
      const { scrollX, scrollY, zoom } = api.getAppState();
      const there = { scrollX: x / scale, scrollY: y / scale };
      const off =
        Math.abs(scrollX - there.scrollX) + Math.abs(scrollY - there.scrollY) > 0.01 ||
        Math.abs(zoom.value / scale - 1) > 1e-4;
      if (!off) return;
      const appState = { ...there, zoom: { value: scale as typeof zoom.value } };
      api.updateScene({ appState, captureUpdate: CaptureUpdateAction.NEVER });
    };
    api.refresh();
    hold();
    return api.onScrollChange(hold);
  }, [api, live, x, y, scale]);

  // Turning the wheel would move the canvas for a frame before it is brought back.
  useEffect(() => {
    const root = container.current;
    if (!root) return;
    const keep = (event: WheelEvent) => {
      const inPanel = event.target instanceof Element && event.target.closest(".Island, .popover");
      if (inPanel && !event.ctrlKey) return;
      event.preventDefault();
      event.stopPropagation();
    };
    root.addEventListener("wheel", keep, { capture: true, passive: false });
    return () => root.removeEventListener("wheel", keep, { capture: true });
  }, []);

  return (
    <div
      ref={container}
      className={styles["layer"]}
      data-annotations={drawing ? "drawing" : "shown"}
      data-ready={live !== null}
      data-low={props.low}
      inert={!drawing}
    >
      <Excalidraw
        excalidrawAPI={setApi}
        isCollaborating
        viewModeEnabled={!drawing}
        theme="light"
        langCode={canvasLanguage(i18n.language)}
        name={props.board.title}
        aiEnabled={false}
        validateEmbeddable={false}
        handleKeyboardGlobally={drawing}
        initialData={{ appState: { viewBackgroundColor: "transparent" } }}
        onPointerUpdate={({ pointer, button }) => live?.pointerMoved(pointer, button)}
        UIOptions={{
          canvasActions: {
            changeViewBackgroundColor: false,
            clearCanvas: false,
            export: false,
            loadScene: false,
            saveAsImage: false,
            saveToActiveFile: false,
            toggleTheme: false,
          },
        }}
      >
        <MainMenu>
          <MainMenu.DefaultItems.Help />
        </MainMenu>
      </Excalidraw>
      {api && live && <Cursors api={api} present={live.present} />}
    </div>
  );
}
