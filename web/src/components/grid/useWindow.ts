import { useLayoutEffect, useState, type RefObject } from "react";
import { windowOf, type Range } from "./window.ts";

/** As many cells as this are all drawn: then a browser's own search finds everybody. What one cell moves costs with the number drawn. */
const ALL_DRAWN_CELLS = 400;
/** Until it is measured. */
const ROW_PIXELS = 45;
const COLUMN_PIXELS = 152;
const FIRST_LOOK_PIXELS = { width: 2000, height: 1200 };

/** Which rows and columns of a grid are drawn: all of a small one, of a large one those in sight and near it. */
export function useWindow(
  scroller: RefObject<HTMLElement | null>,
  rows: number,
  columns: number,
): { readonly rows: Range; readonly columns: Range; readonly rowPixels: number } {
  const all = rows * Math.max(1, columns) <= ALL_DRAWN_CELLS;
  const [view, setView] = useState({
    top: 0,
    start: 0,
    ...FIRST_LOOK_PIXELS,
    rowPixels: ROW_PIXELS,
    columnPixels: COLUMN_PIXELS,
  });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element || all) return;
    const look = () => {
      const row = element.querySelector("tbody tr[aria-rowindex]")?.getBoundingClientRect().height;
      const column = element.querySelector("thead th:not(:first-child)")?.getBoundingClientRect().width;
      const next = {
        top: element.scrollTop,
        // Negative where one reads from right to left.
        start: Math.abs(element.scrollLeft),
        width: element.clientWidth,
        height: element.clientHeight,
        rowPixels: row || ROW_PIXELS,
        columnPixels: column || COLUMN_PIXELS,
      };
      setView((before) => (same(before, next, rows, columns) ? before : next));
    };
    element.addEventListener("scroll", look, { passive: true });
    // Looks for the first time before anything is painted.
    const sizes = new ResizeObserver(look);
    sizes.observe(element);
    return () => {
      element.removeEventListener("scroll", look);
      sizes.disconnect();
    };
  }, [all, columns, rows, scroller]);
  if (all) {
    return { rows: { from: 0, to: rows }, columns: { from: 0, to: columns }, rowPixels: view.rowPixels };
  }
  return { ...rangesOf(view, rows, columns), rowPixels: view.rowPixels };
}

interface View {
  readonly top: number;
  readonly start: number;
  readonly width: number;
  readonly height: number;
  readonly rowPixels: number;
  readonly columnPixels: number;
}

function rangesOf(view: View, rows: number, columns: number) {
  return {
    rows: windowOf(rows, { offset: view.top, length: view.height, size: view.rowPixels }),
    columns: windowOf(columns, { offset: view.start, length: view.width, size: view.columnPixels }),
  };
}

function same(one: View, other: View, rows: number, columns: number): boolean {
  const [a, b] = [rangesOf(one, rows, columns), rangesOf(other, rows, columns)];
  return (
    one.rowPixels === other.rowPixels &&
    a.rows.from === b.rows.from &&
    a.rows.to === b.rows.to &&
    a.columns.from === b.columns.from &&
    a.columns.to === b.columns.to
  );
}
