import "@excalidraw/excalidraw/index.css";
import { Excalidraw, MainMenu, WelcomeScreen } from "@excalidraw/excalidraw";
import type { ExcalidrawImperativeAPI } from "@excalidraw/excalidraw/types";
import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { BoardDocument } from "@/api/types.ts";
import type { Incarnation } from "@/collab/documentSession.ts";
import type { SaveState } from "@/collab/saveState.ts";
import { boardHandle } from "./canvasHandle.ts";
import { canvasLanguage } from "./canvasLanguage.ts";
import type { BoardHandle } from "./boardHandle.ts";
import styles from "./BoardRoom.module.css";
import { Cursors } from "./Cursors.tsx";
import { Framing } from "./core/framing.ts";
import type { PresentPerson } from "./core/presence.ts";
import { framedCanvas } from "./framedCanvas.ts";
import { LiveBoard } from "./liveBoard.ts";
import { useCanvasNames } from "./useCanvasNames.ts";
import { useImagePorts } from "./useImagePorts.ts";

export default function Board(props: {
  board: BoardDocument;
  userId: string;
  incarnation: Incarnation;
  writable: boolean;
  link: SaveState["kind"];
  onHandle: (handle: BoardHandle | null) => void;
  onPeople: (people: readonly PresentPerson[]) => void;
  onUploads: (count: number) => void;
  onDropped: () => void;
  /** It stands beside other things, and takes keys only while somebody works on it. */
  amongOthers: boolean;
  /** It is only looked at, by a whole room: without tools, and always all of it. */
  projected: boolean;
}) {
  const { t, i18n } = useTranslation();
  const theme = useComputedColorScheme("light");
  const { incarnation, writable, link, projected } = props;
  const [api, setApi] = useState<ExcalidrawImperativeAPI | null>(null);
  const [live, setLive] = useState<LiveBoard | null>(null);
  const container = useRef<HTMLDivElement>(null);
  useCanvasNames(container, { menu: t("board.menu"), choices: t("board.choices") });
  const images = useImagePorts({ board: props.board, userId: props.userId, api, onUploads: props.onUploads });

  const begin = useEffectEvent((canvas: ExcalidrawImperativeAPI, changed: () => void) => {
    const board = new LiveBoard({
      api: canvas,
      document: incarnation.document,
      awareness: incarnation.awareness,
      images,
      people: props.onPeople,
      changed,
    });
    board.setWritable(writable);
    return board;
  });
  const end = useEffectEvent(() => {
    props.onHandle(null);
    props.onPeople([]);
  });
  const announce = useEffectEvent((handle: BoardHandle) => props.onHandle(handle));

  useEffect(() => {
    if (!api) return;
    let board: LiveBoard | null = null;
    let framing: Framing | null = null;
    const listeners = new Set<() => void>();
    const changed = () => listeners.forEach((listener) => listener());
    // Until Excalidraw has set itself up, it would overwrite what we put into the scene.
    const onChange = () => {
      if (!board && !api.getAppState().isLoading) {
        board = begin(api, changed);
        setLive(board);
        announce(boardHandle(api, incarnation.document, listeners));
        board.sceneChanged();
        framing = new Framing(framedCanvas(api, projected), projected);
        return;
      }
      board?.sceneChanged();
      framing?.changed();
    };
    const stop = api.onChange(onChange);
    const first = setTimeout(onChange, 0);
    return () => {
      clearTimeout(first);
      stop();
      board?.close();
      setLive(null);
      end();
    };
  }, [api, incarnation, projected]);

  const tellDropped = useEffectEvent(() => props.onDropped());
  useEffect(() => {
    if (live?.setWritable(writable)) tellDropped();
  }, [live, writable]);

  const online = link === "saved" || link === "saving";
  useEffect(() => {
    if (online) live?.images.retryNow();
  }, [live, online]);

  return (
    <div
      ref={container}
      className={styles["canvas"]}
      data-board-writable={writable}
      data-projected={projected}
    >
      <Excalidraw
        excalidrawAPI={setApi}
        isCollaborating
        viewModeEnabled={!writable}
        theme={theme}
        langCode={canvasLanguage(i18n.language)}
        name={props.board.title}
        aiEnabled={false}
        validateEmbeddable={false}
        handleKeyboardGlobally={!props.amongOthers}
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
          <MainMenu.DefaultItems.SearchMenu />
          <MainMenu.DefaultItems.Help />
        </MainMenu>
        {writable && (
          <WelcomeScreen>
            <WelcomeScreen.Hints.ToolbarHint>{t("board.welcomeTools")}</WelcomeScreen.Hints.ToolbarHint>
            <WelcomeScreen.Center>
              <WelcomeScreen.Center.Heading>
                {t(props.board.kind === "page" ? "board.welcomeOwn" : "board.welcome")}
              </WelcomeScreen.Center.Heading>
            </WelcomeScreen.Center>
          </WelcomeScreen>
        )}
      </Excalidraw>
      {api && live && <Cursors api={api} present={live.present} />}
    </div>
  );
}
