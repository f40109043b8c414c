import { Center, Loader, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";
import type * as Y from "yjs";
import { documentQuery } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import { useLiveDocument, useLiveValue } from "@/collab/useLiveDocument.ts";
import { UNOPENED_POLL, useDocumentViews } from "@/components/documentViews.tsx";
import { WithinPage } from "@/components/NotShared.tsx";
import styles from "./Deck.module.css";
import type { Size } from "./core/place.ts";
import { PdfCanvas } from "./pdf/PdfCanvas.tsx";
import { pageTextQuery } from "./queries.ts";
import type { ShownSlide } from "./useDeck.ts";
import { usePicture } from "./usePicture.ts";

/** What a screen reader calls a slide, and a page that has no title; a question tells what it asks once it is opened. */
export function useSlideName(slide: ShownSlide | null): string {
  const { t } = useTranslation();
  const { api } = useServices();
  const pollId = slide?.pollId ?? null;
  const asked = pollId !== null && slide?.title === "";
  const poll = useQuery({ ...documentQuery(api, pollId ?? ""), enabled: asked });
  if (!slide) return "";
  if (slide.title) return slide.title;
  if (pollId === null) return t("slides.untitled", { number: slide.number });
  const title = poll.data?.title;
  return title && title !== UNOPENED_POLL ? title : t("slides.question");
}

/** Whoever is at a question when it is opened reads its title from then on. */
function Opening({ pollId }: { pollId: string }) {
  const client = useQueryClient();
  const live = useLiveDocument(pollId, "poll");
  const state = useLiveValue(live.doc, stateOf);
  useEffect(() => {
    if (state !== null) void client.invalidateQueries({ queryKey: ["documents", pollId], exact: true });
  }, [client, pollId, state]);
  return null;
}

const stateOf = (doc: Y.Doc): string | null => {
  const state = doc.getMap("poll").get("state");
  return typeof state === "string" ? state : null;
};

/** The page of a slide, laid out at a given size: the server's picture at once, the page as sharp as the screen above it. */
export function SlideFace(props: {
  documentId: string;
  slide: ShownSlide;
  /** Its page is not only late. */
  missed: boolean;
  size: Size;
  x: number;
  y: number;
}) {
  const { t } = useTranslation();
  const { api } = useServices();
  const { documentId, slide, size } = props;
  const name = useSlideName(slide);
  const isPage = slide.fileId !== null && slide.page !== null && !slide.missing;
  const { url } = usePicture({
    documentId,
    fileId: slide.fileId,
    page: slide.page,
    what: "image",
    wanted: isPage,
  });
  const words = useQuery({
    ...pageTextQuery(api, documentId, slide.fileId ?? "", slide.page ?? 0),
    enabled: isPage,
  });
  const text = words.data?.text ?? "";
  return (
    <div
      className={styles["paper"]}
      style={{ left: props.x, top: props.y, width: size.width, height: size.height }}
      data-slide={slide.id}
      data-page={slide.page ?? undefined}
    >
      {isPage && url && (
        <img
          className={styles["image"]}
          src={url}
          alt={text.startsWith(name) ? text : [name, text].filter(Boolean).join(". ")}
        />
      )}
      {isPage && (
        <PdfCanvas fileId={slide.fileId} page={slide.page} width={size.width} height={size.height} />
      )}
      {slide.missing && !props.missed && (
        <Center h="100%">
          <Loader aria-label={t("slides.opening")} />
        </Center>
      )}
      {slide.missing && props.missed && (
        <Center h="100%" p="md">
          <Text className={styles["onPaper"]} ta="center" role="status">
            {t("slides.pageMissing")}
          </Text>
        </Center>
      )}
      {slide.fileId === null && slide.title && (
        <p className={styles["blankTitle"]} style={{ fontSize: size.height / 14 }}>
          {slide.title}
        </p>
      )}
    </div>
  );
}

/** A question among the slides: the poll itself, where there is one. */
export function QuestionFace(props: {
  slide: ShownSlide;
  classId: string;
  teaches: boolean;
  projected: boolean;
}) {
  const { t } = useTranslation();
  const { views } = useDocumentViews();
  const Poll = views.poll;
  const { slide } = props;
  if (!Poll || slide.pollId === null) {
    return (
      <Center h="100%">
        <Text>{t("slides.pageMissing")}</Text>
      </Center>
    );
  }
  return (
    <div className={styles["question"]} data-slide={slide.id}>
      <Opening pollId={slide.pollId} />
      <WithinPage>
        <Suspense
          fallback={
            <Center h="100%">
              <Loader aria-label={t("slides.opening")} />
            </Center>
          }
        >
          <Poll
            key={slide.pollId}
            documentId={slide.pollId}
            classId={props.classId}
            teaches={props.teaches}
            projected={props.projected}
            compact
          />
        </Suspense>
      </WithinPage>
    </div>
  );
}
