import { CloseButton, Text, Title, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { IconHelpHexagon, IconPencil, IconPresentation } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type * as Y from "yjs";
import { moveSlide } from "./core/deck.ts";
import styles from "./Deck.module.css";
import { useSlideName } from "./SlideFace.tsx";
import { SlideMenu } from "./SlideMenu.tsx";
import type { OpenDeck, ShownSlide, Walk } from "./useDeck.ts";
import { usePicture } from "./usePicture.ts";

/** All slides at a glance; teachers put them in order here. */
export function Rail(props: {
  deck: OpenDeck;
  walk: Walk;
  doc: Y.Doc | null;
  classId: string;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { deck, walk, doc } = props;
  const [dragged, setDragged] = useState<string | null>(null);
  const [over, setOver] = useState<{ id: string; side: "before" | "after" } | null>(null);
  const list = useRef<HTMLOListElement>(null);
  const shownId = walk.slide?.id;
  useEffect(() => {
    list.current?.querySelector("[aria-current=true]")?.scrollIntoView({ block: "nearest" });
  }, [shownId]);

  const drop = () => {
    if (doc && dragged && over) {
      const target = deck.slides.findIndex(({ id }) => id === over.id);
      moveSlide(doc, dragged, over.side === "before" ? target : target + 1);
    }
    setDragged(null);
    setOver(null);
  };
  return (
    <nav className={styles["rail"]} aria-label={t("slides.overview")}>
      <div className={styles["railHead"]}>
        <Title order={2} size="h6">
          {t("slides.overview")}
        </Title>
        <CloseButton size={44} iconSize={18} onClick={props.onClose} aria-label={t("actions.close")} />
      </div>
      {deck.slides.length === 0 && (
        <Text size="sm" c="dimmed" px="sm">
          {t("slides.emptyTitle")}
        </Text>
      )}
      <ol ref={list} className={styles["list"]}>
        {deck.slides.map((slide) => (
          <li
            key={slide.id}
            className={styles["item"]}
            draggable={doc !== null}
            data-drop={over?.id === slide.id && dragged !== slide.id ? over.side : undefined}
            onDragStart={(event) => {
              event.dataTransfer.effectAllowed = "move";
              event.dataTransfer.setData("text/plain", slide.title);
              setDragged(slide.id);
            }}
            onDragOver={(event) => {
              if (!dragged) return;
              event.preventDefault();
              const box = event.currentTarget.getBoundingClientRect();
              const side = event.clientY < box.top + box.height / 2 ? "before" : "after";
              if (over?.id !== slide.id || over.side !== side) setOver({ id: slide.id, side });
            }}
            onDrop={(event) => {
              event.preventDefault();
              drop();
            }}
            onDragEnd={() => {
              setDragged(null);
              setOver(null);
            }}
            onKeyDown={(event) => {
              if (!doc || !event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
              event.preventDefault();
              event.stopPropagation();
              moveSlide(doc, slide.id, event.key === "ArrowUp" ? slide.number - 2 : slide.number + 1);
            }}
          >
            <RailSlide deck={deck} slide={slide} walk={walk} movable={doc !== null} />
            {doc && (
              <div className={styles["more"]}>
                <SlideMenu deck={deck} slide={slide} doc={doc} classId={props.classId} />
              </div>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}

function RailSlide(props: { deck: OpenDeck; slide: ShownSlide; walk: Walk; movable: boolean }) {
  const { t } = useTranslation();
  const { deck, slide, walk } = props;
  const name = useSlideName(slide);
  const place = useRef<HTMLSpanElement>(null);
  const [near, setNear] = useState(false);
  // Two hundred small pictures are fetched as they come into view.
  useEffect(() => {
    const target = place.current;
    if (!target) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) setNear(true);
      },
      { rootMargin: "400px" },
    );
    observer.observe(target);
    return () => observer.disconnect();
  }, []);
  const { url } = usePicture({
    documentId: deck.id,
    fileId: slide.fileId,
    page: slide.page,
    what: "thumbnail",
    wanted: near && !slide.missing,
  });
  const here = walk.lead?.id === slide.id;
  const { width, height } = slide.size;
  return (
    <UnstyledButton
      className={styles["thumbButton"]}
      aria-current={walk.slide?.id === slide.id ? "true" : undefined}
      aria-keyshortcuts={props.movable ? "Alt+ArrowUp Alt+ArrowDown" : undefined}
      onClick={() => walk.go(slide.id)}
    >
      <span
        ref={place}
        className={styles["thumb"]}
        aria-hidden
        style={{ aspectRatio: `${width} / ${Math.min(height, width * 1.6)}` }}
        data-thumbnail={url !== null}
      >
        {url && <img src={url} alt="" draggable={false} />}
        {slide.pollId !== null && (
          <span className={styles["thumbWords"]}>
            <IconHelpHexagon size={28} aria-hidden />
          </span>
        )}
        {slide.fileId === null && slide.pollId === null && (
          <span className={styles["thumbWords"]}>{slide.title}</span>
        )}
      </span>
      <span className={styles["caption"]}>
        <span>{slide.number}</span> {here && <IconPresentation size={14} aria-hidden />}
        {slide.boardId !== null && <IconPencil size={14} aria-hidden />}
        <span className={styles["captionTitle"]}>{name}</span>
        {here && <VisuallyHidden>{t("slides.classHere")}</VisuallyHidden>}
      </span>
    </UnstyledButton>
  );
}
