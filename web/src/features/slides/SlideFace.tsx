import { Center, Loader, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useServices } from "@/api/services.tsx";
import { useDocumentViews } from "@/components/documentViews.tsx";
import styles from "./Deck.module.css";
import type { Size } from "./core/place.ts";
import { PdfCanvas } from "./pdf/PdfCanvas.tsx";
import { pageTextQuery } from "./queries.ts";
import type { ShownSlide } from "./useDeck.ts";
import { usePicture } from "./usePicture.ts";

/** What a screen reader calls a slide, and a page that has no title. */
export function useSlideName(): (slide: ShownSlide) => string {
  const { t } = useTranslation();
  return (slide) =>
    slide.title || t(slide.pollId === null ? "slides.untitled" : "slides.question", { number: slide.number });
}

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
  const name = useSlideName()(slide);
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
    </div>
  );
}
