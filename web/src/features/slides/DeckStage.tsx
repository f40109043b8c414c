import { Alert, Button, Center, Group, Loader, Text, VisuallyHidden } from "@mantine/core";
import { useElementSize, useMediaQuery } from "@mantine/hooks";
import { IconFilePlus, IconPresentation, IconTool, IconUpload } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Suspense, useEffect, useEffectEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { wordsFor } from "@/api/problem.ts";
import { documentQuery } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import type { SaveState } from "@/collab/saveState.ts";
import { useDocumentViews, type DocumentViewProps } from "@/components/documentViews.tsx";
import { EmptyState } from "@/components/EmptyState.tsx";
import { tellProblem } from "@/components/toast.tsx";
import { insertSlide, setPace } from "./core/deck.ts";
import { placePage } from "./core/place.ts";
import { Controls } from "./Controls.tsx";
import styles from "./Deck.module.css";
import { newId } from "./newId.ts";
import { Rail } from "./Rail.tsx";
import { remembered, remember } from "./remembered.ts";
import { QuestionFace, SlideFace, useSlideName } from "./SlideFace.tsx";
import { Uploads } from "./Uploads.tsx";
import { useBoards } from "./useBoards.ts";
import { useWalk, writableDoc, type OpenDeck, type ShownSlide } from "./useDeck.ts";
import type { Uploading } from "./useUpload.ts";

const RAIL = "deck-rail";
/** Room for what floats: the controls below the page, the pens above it. */
const CONTROLS_PIXELS = 58;
const PENS_PIXELS = 64;
/** Beside the page stands what the pen is like, where there is room for both. */
const PEN_PANEL_PIXELS = 226;
const PAGE_LEAST_PIXELS = 860;
const EDGE_PIXELS = 6;
/** Below this size Excalidraw lays its tools out for phones: a bar above, a bar below (its `MQ_MAX_…` constants). */
const PHONE_WIDTH_PIXELS = 730;
const PHONE_FLAT_PIXELS = { width: 1000, height: 500 };
const PHONE_BAR_PIXELS = 62;
/** On a phone held sideways all of that stands beside the page. */
const BESIDE_PIXELS = { left: 98, right: 62 };

/** Whether somebody is typing, or a dialogue or the canvas has the keys. */
function keysAreTaken(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest("input, textarea, select, [contenteditable], [role=menu], [role=dialog]") !== null
  );
}

/** A deck that is open: the page with its marks, the rail, the controls; fills its parent. */
export function DeckStage(props: {
  deck: OpenDeck;
  classId: string;
  teaches: boolean;
  projected?: boolean;
  pen?: DocumentViewProps["pen"];
  onSave: (state: SaveState | null) => void;
  uploading: Uploading;
}) {
  const { t } = useTranslation();
  const { api } = useServices();
  const { deck, teaches, classId, projected = false } = props;
  const { state, slides, live } = deck;
  const doc = writableDoc(deck, teaches);
  const walk = useWalk(deck, teaches);
  const { slide } = walk;
  const name = useSlideName(slide);
  const narrow = useMediaQuery("(max-width: 48em)", false);
  const [railShown, setRailShown] = useState(
    () => remembered(RAIL) && !window.matchMedia("(max-width: 48em)").matches,
  );
  const [pen, setPen] = useState(false);
  const [dropping, setDropping] = useState(false);
  const { sending, upload } = props.uploading;
  const { ref, width, height } = useElementSize();
  const marks = useMarks(deck, slide, teaches, props.pen);
  const drawing = pen && marks.mayDraw;
  // Who may draw again later takes up the pen again, knowingly.
  if (pen && marks.refused) setPen(false);

  const whole = useRef<HTMLDivElement>(null);
  const keys = useEffectEvent((event: KeyboardEvent) => {
    // Kept while something else is on stage, a deck stays at its slide.
    if (whole.current?.closest("[inert]")) return;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (keysAreTaken(event.target)) return;
    const turns: Readonly<Record<string, number>> = drawing
      ? { PageDown: 1, PageUp: -1 }
      : { PageDown: 1, PageUp: -1, ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, " ": 1 };
    const rtl = document.documentElement.dir === "rtl" && event.key.startsWith("Arrow");
    const by = turns[event.key];
    const first = slides[0];
    const last = slides.at(-1);
    if (by !== undefined) {
      if (event.key === " " && event.target instanceof HTMLButtonElement) return;
      walk.step(rtl && ["ArrowLeft", "ArrowRight"].includes(event.key) ? -by : by);
    } else if (!drawing && event.key === "Home" && first) walk.go(first.id);
    else if (!drawing && event.key === "End" && last) walk.go(last.id);
    else if (!drawing && event.key === "Escape" && railShown && narrow) setRailShown(false);
    else return;
    event.preventDefault();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => keys(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, []);

  const showRail = (shown: boolean) => {
    setRailShown(shown);
    if (!narrow) remember(RAIL, shown);
  };
  const phone =
    width < PHONE_WIDTH_PIXELS || (width < PHONE_FLAT_PIXELS.width && height < PHONE_FLAT_PIXELS.height);
  const low = drawing && phone && height < PHONE_FLAT_PIXELS.height && width > height;
  const draw = () => {
    if (pen) setPen(false);
    else {
      setPen(true);
      marks.begin(() => setPen(false));
    }
  };
  const place =
    slide &&
    placePage(
      { width, height },
      slide.size,
      low
        ? { top: EDGE_PIXELS, bottom: EDGE_PIXELS, ...BESIDE_PIXELS }
        : {
            top: drawing ? PENS_PIXELS : EDGE_PIXELS,
            right: EDGE_PIXELS,
            bottom: projected ? EDGE_PIXELS : CONTROLS_PIXELS + (drawing && phone ? PHONE_BAR_PIXELS : 0),
            left: drawing && width - PEN_PANEL_PIXELS >= PAGE_LEAST_PIXELS ? PEN_PANEL_PIXELS : EDGE_PIXELS,
          },
    );
  const { annotations: Annotations } = useDocumentViews();
  const laidOut = width > 0 && height > 0;
  return (
    <div
      ref={whole}
      className={styles["view"]}
      onDragOver={(event) => {
        if (!teaches || !event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        setDropping(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setDropping(false);
      }}
      onDrop={(event) => {
        if (!teaches || event.dataTransfer.files.length === 0) return;
        event.preventDefault();
        setDropping(false);
        upload(event.dataTransfer.files);
      }}
    >
      {railShown && !projected && (
        <Rail deck={deck} walk={walk} doc={doc} classId={classId} onClose={() => showRail(false)} />
      )}
      <div
        ref={ref}
        className={styles["area"]}
        data-deck-ready={live.doc !== null}
        data-following={walk.following}
      >
        <VisuallyHidden role="status">
          {slide && t("slides.nowAt", { number: slide.number, count: slides.length, title: name })}
        </VisuallyHidden>
        {!live.doc && (
          <Center h="100%">
            <Loader aria-label={t("slides.opening")} />
          </Center>
        )}
        {live.doc && !slide && (
          <Center h="100%">
            <EmptyState
              icon={<IconPresentation size={28} />}
              title={t("slides.emptyTitle")}
              action={
                teaches && !projected ? (
                  <Group gap="sm" justify="center">
                    <UploadButton upload={upload} />
                    {doc && (
                      <Button
                        variant="subtle"
                        color="gray"
                        h={44}
                        leftSection={<IconFilePlus size={18} aria-hidden />}
                        onClick={() => insertSlide(doc, { id: newId(), title: "", after: null })}
                      >
                        {t("slides.addBlank")}
                      </Button>
                    )}
                  </Group>
                ) : undefined
              }
            >
              {t(teaches && !projected ? "slides.emptyTeacher" : "slides.emptyStudent")}
            </EmptyState>
          </Center>
        )}
        {slide && slide.pollId !== null && (
          <QuestionFace slide={slide} classId={classId} teaches={teaches} projected={projected} />
        )}
        {slide && slide.pollId === null && place && laidOut && (
          <>
            <SlideFace
              key={slide.id}
              documentId={deck.id}
              slide={slide}
              missed={deck.missed}
              size={place}
              x={place.x}
              y={place.y}
            />
            {slide.boardId !== null && (
              <Suspense fallback={null}>
                <Annotations
                  key={slide.boardId}
                  documentId={slide.boardId}
                  place={place}
                  drawing={drawing}
                  low={low}
                  onSave={props.onSave}
                />
              </Suspense>
            )}
          </>
        )}
        {state.odd && teaches && !projected && <Odd documentId={deck.id} api={api} />}
        {teaches && !projected && (
          <Uploads documentId={deck.id} sending={sending} uploads={deck.answer?.uploads ?? []} />
        )}
        {dropping && (
          <div className={styles["drop"]} aria-hidden>
            {t("slides.dropHere")}
          </div>
        )}
        {slides.length > 0 && !projected && (
          <Controls
            walk={walk}
            count={slides.length}
            teaches={teaches}
            pace={state.pace}
            onPace={doc && ((pace) => setPace(doc, pace))}
            railShown={railShown}
            onRail={() => showRail(!railShown)}
            drawing={drawing}
            raised={drawing && phone}
            low={low}
            onDraw={marks.mayDraw ? draw : null}
          />
        )}
      </div>
    </div>
  );
}

/** Whether this person may draw on a slide, and the making of its board when they begin. */
function useMarks(deck: OpenDeck, slide: ShownSlide | null, teaches: boolean, pen: DocumentViewProps["pen"]) {
  const { t } = useTranslation();
  const { api } = useServices();
  const { openBoard } = useBoards(deck.id);
  const boardId = slide?.boardId ?? null;
  const board = useQuery({ ...documentQuery(api, boardId ?? ""), enabled: boardId !== null });
  // A board that was hidden from somebody has no link that would tell them about it now.
  const client = useQueryClient();
  const before = useRef(pen);
  useEffect(() => {
    if (before.current !== pen) void client.invalidateQueries({ queryKey: ["documents", boardId] });
    before.current = pen;
  }, [boardId, client, pen]);
  const open = useMutation({
    mutationFn: openBoard,
    onError: (error) => tellProblem(t(wordsFor(error))),
  });
  const granted =
    boardId === null
      ? teaches || pen === "given" || (pen !== "taken" && deck.state.annotations === "write")
      : board.data?.access === "write";
  const mayDraw = slide !== null && slide.pollId === null && granted;
  return {
    mayDraw,
    refused: boardId === null ? !granted : board.data?.access === "read",
    begin: (onRefused: () => void) => {
      if (slide && boardId === null && mayDraw && !open.isPending)
        open.mutate(slide.id, { onError: onRefused });
    },
  };
}

function Odd({ documentId, api }: { documentId: string; api: ReturnType<typeof useServices>["api"] }) {
  const { t } = useTranslation();
  const repair = useMutation({
    mutationFn: () =>
      api.POST("/api/documents/{document_id}/slides/repair", {
        params: { path: { document_id: documentId } },
      }),
    onError: (error) => tellProblem(t(wordsFor(error))),
  });
  return (
    <Alert
      className={styles["notice"]}
      color="yellow"
      title={t("slides.oddTitle")}
      icon={<IconTool size={18} />}
    >
      <Text size="sm" mb="xs">
        {t("slides.odd")}
      </Text>
      <Button size="sm" loading={repair.isPending} onClick={() => repair.mutate()}>
        {t("slides.repair")}
      </Button>
    </Alert>
  );
}

/** Choose PDFs from the device. */
function UploadButton({ upload }: { upload: (files: Iterable<File>) => void }) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button
        h={44}
        leftSection={<IconUpload size={18} aria-hidden />}
        onClick={() => input.current?.click()}
      >
        {t("slides.upload")}
      </Button>
      <input
        ref={input}
        type="file"
        accept="application/pdf,.pdf"
        multiple
        hidden
        data-upload-input
        onChange={(event) => {
          upload([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
    </>
  );
}
