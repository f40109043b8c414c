import { useEffect, useRef, useState } from "react";
import type { RenderTask } from "pdfjs-dist";
import { useServices } from "@/api/services.tsx";
import styles from "../Deck.module.css";
import { acquirePdf, forgetPdf, releasePdf } from "./openPdfs.ts";

/** Beyond this a canvas costs more memory than a phone has. */
const MOST_PIXELS = 8_000_000;
/** A window that is being dragged larger draws once it rests. */
const REST_MILLISECONDS = 120;

/** A page of a PDF as sharp as the screen. Appears when it is drawn; until then, and if it fails, what lies below shows. */
export function PdfCanvas(props: { fileId: string; page: number; width: number; height: number }) {
  const { fetch } = useServices();
  const { fileId, page, width, height } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [drawn, setDrawn] = useState(false);
  useEffect(() => {
    const address = `/api/files/${fileId}`;
    let task: RenderTask | null = null;
    const stop = new AbortController();
    const over = () => stop.signal.aborted;
    const opening = acquirePdf(address, fetch);
    const draw = async () => {
      try {
        const shown = await (await (await opening).document).getPage(page);
        const target = canvas.current;
        if (over() || !target) return;
        const natural = shown.getViewport({ scale: 1 });
        const sharp = Math.min(
          (width * (window.devicePixelRatio || 1)) / natural.width,
          Math.sqrt(MOST_PIXELS / (natural.width * natural.height)),
        );
        const viewport = shown.getViewport({ scale: sharp });
        // Drawn aside, then shown at once: nobody watches a page fill itself.
        const paper = document.createElement("canvas");
        paper.width = Math.max(1, Math.round(viewport.width));
        paper.height = Math.max(1, Math.round(viewport.height));
        task = shown.render({ canvas: paper, viewport });
        await task.promise;
        if (over()) return;
        target.width = paper.width;
        target.height = paper.height;
        target.getContext("2d")?.drawImage(paper, 0, 0);
        setDrawn(true);
      } catch {
        // The server's picture of the page stays; the next view tries anew.
        if (!over()) forgetPdf(address);
      }
    };
    const timer = setTimeout(() => void draw(), REST_MILLISECONDS);
    return () => {
      stop.abort();
      clearTimeout(timer);
      task?.cancel();
      releasePdf(address);
    };
  }, [fetch, fileId, page, width, height]);
  return <canvas ref={canvas} className={styles["canvas"]} data-drawn={drawn} aria-hidden />;
}
