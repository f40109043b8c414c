import type { PagePlace } from "@/components/documentViews.tsx";

/** Width of every slide in the coordinates of its annotation board; see `documents/slides.py`. */
export const PAGE_WIDTH_UNITS = 1280;

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Where nothing of the page may lie: bars that float above it. */
export interface Insets {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

/** Lay a page into an area: as large as it fits, in the middle. Sizes in CSS pixels; the page's only for its proportions. */
export function placePage(area: Size, page: Size, insets: Insets): PagePlace & Size {
  const room = {
    width: Math.max(1, area.width - insets.left - insets.right),
    height: Math.max(1, area.height - insets.top - insets.bottom),
  };
  const factor = Math.min(room.width / page.width, room.height / page.height);
  const width = page.width * factor;
  const height = page.height * factor;
  return {
    x: insets.left + (room.width - width) / 2,
    y: insets.top + (room.height - height) / 2,
    width,
    height,
    scale: width / PAGE_WIDTH_UNITS,
  };
}
