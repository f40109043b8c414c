import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import type * as Y from "yjs";
import { useServices } from "@/api/services.tsx";
import { useLiveDocument, useLiveValue, type LiveDocument } from "@/collab/useLiveDocument.ts";
import { readDeck, turnTo, type DeckState, type Pace, type Slide } from "./core/deck.ts";
import { keepPlace, recallPlace } from "./core/ownPlace.ts";
import type { Size } from "./core/place.ts";
import { deckQuery, type DeckAnswer } from "./queries.ts";

const BLANK_PAGE: Size = { width: 960, height: 540 };

/** A slide and how large its page is; `missing` where the page that it names is not known. */
export interface ShownSlide extends Slide {
  readonly number: number;
  readonly size: Size;
  readonly missing: boolean;
}

/** A deck that is open: its document, and what the server knows about its pages. */
export interface OpenDeck {
  readonly id: string;
  readonly live: LiveDocument;
  readonly state: DeckState;
  readonly slides: readonly ShownSlide[];
  readonly answer: DeckAnswer | null;
  /** The server has been asked for the pages that are missing, and has none. */
  readonly missed: boolean;
}

const NO_DECK: DeckState = { slides: [], at: null, pace: "teacher", annotations: "read", odd: false };

/** Open a deck for as long as a component shows it. */
export function useDeck(documentId: string): OpenDeck {
  const { api } = useServices();
  const client = useQueryClient();
  const live = useLiveDocument(documentId, "deck");
  const state = useLiveValue(live.doc, readDeck) ?? NO_DECK;
  const { data: answer } = useQuery(deckQuery(api, documentId));

  const sizes = useMemo(
    () => new Map(answer?.pages.map((page) => [`${page.file_id}:${page.page}`, page])),
    [answer],
  );
  const slides = useMemo(
    () =>
      state.slides.map((slide, index): ShownSlide => {
        const size = sizes.get(`${slide.fileId}:${slide.page}`);
        const missing = slide.fileId !== null && !size;
        return { ...slide, number: index + 1, size: size ?? BLANK_PAGE, missing };
      }),
    [sizes, state],
  );

  // Slides arrive in the document while a PDF is made; what their pages are like is asked for then.
  const unknown = slides.filter(({ missing }) => missing).length;
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    if (unknown > 0) {
      void client
        .invalidateQueries({ queryKey: deckQuery(api, documentId).queryKey })
        .then(() => setAsked(unknown));
    }
  }, [api, client, documentId, unknown]);

  return { id: documentId, live, state, slides, answer: answer ?? null, missed: asked === unknown };
}

/** Which slide this person sees, and how they get to another one. */
export interface Walk {
  readonly slide: ShownSlide | null;
  /** Where the class is. */
  readonly lead: ShownSlide | null;
  /** Seeing what the class sees; a teacher who follows leads it. */
  readonly following: boolean;
  readonly go: (slideId: string) => void;
  readonly step: (by: number) => void;
  readonly follow: () => void;
  readonly roam: () => void;
}

/** Walk through a deck: with the class or on one's own, as the pace says until the person chooses otherwise. */
export function useWalk(deck: OpenDeck, teaches: boolean): Walk {
  const { state, slides, live } = deck;
  const [own, setOwn] = useState<string | null>(null);
  const [roaming, setRoaming] = useState(false);
  const [pace, setPace] = useState<Pace | null>(null);
  const lead = slides.find(({ id }) => id === state.at?.id) ?? null;
  // The teacher has taken up the lead, or handed the pace to everybody: that counts for all, now.
  if (live.doc && pace !== state.pace) {
    const alone = !teaches && state.pace === "student";
    const kept = alone && pace === null ? recallPlace(deck.id) : null;
    setPace(state.pace);
    setRoaming(kept?.roaming ?? alone);
    setOwn(kept?.slideId ?? lead?.id ?? null);
  }
  useEffect(() => {
    if (teaches || pace === null) return;
    keepPlace(deck.id, pace === "student" ? { slideId: own, roaming } : null);
  }, [deck.id, own, pace, roaming, teaches]);
  const slide = roaming ? (slides.find(({ id }) => id === own) ?? lead) : lead;
  const go = (slideId: string) => {
    if (teaches && !roaming && live.doc && live.writable) turnTo(live.doc, slideId);
    else {
      setOwn(slideId);
      setRoaming(true);
    }
  };
  return {
    slide,
    lead,
    following: !roaming,
    go,
    step: (by) => {
      const next = slides[slides.findIndex(({ id }) => id === slide?.id) + by];
      if (slide && next) go(next.id);
    },
    follow: () => setRoaming(false),
    roam: () => {
      setOwn(slide?.id ?? null);
      setRoaming(true);
    },
  };
}

/** The document that teachers write into; null for everybody else. */
export function writableDoc(deck: OpenDeck, teaches: boolean): Y.Doc | null {
  return teaches && deck.live.writable ? deck.live.doc : null;
}
