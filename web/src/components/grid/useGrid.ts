import { useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { useWindow } from "./useWindow.ts";
import { destination, type Place } from "./walking.ts";
import { piecesOf, type Piece } from "./window.ts";

/**
 * A grid that one walks with the keyboard, and of which, when it is large, only what is in sight is drawn, and the cell that one is at.
 *
 * A cell is found by `aria-rowindex` of its row and its `aria-colindex`, which count from 1; a `Place` counts from 0. `totals` columns
 * stand after the others and are always drawn.
 */
export function useGrid(size: { rows: number; columns: number; totals?: number }) {
  const { rows, columns, totals = 0 } = size;
  const scroller = useRef<HTMLDivElement>(null);
  const table = useRef<HTMLTableElement>(null);
  // One cell at a time is in the tab order.
  const [wanted, setWanted] = useState<Place>({ row: 1, column: 1 });
  const active = { row: Math.min(wanted.row, rows), column: Math.min(wanted.column, columns + totals) };
  const seen = useWindow(scroller, rows, columns);
  const rowPieces = usePieces(rows, seen.rows.from, seen.rows.to, active.row - 1);
  const columnPieces = usePieces(columns, seen.columns.from, seen.columns.to, active.column - 1);

  // The cell that a key leads to may have to be drawn first.
  const focusNext = useRef(false);
  useLayoutEffect(() => {
    if (!focusNext.current) return;
    focusNext.current = false;
    const found = cellAt(table.current, wanted);
    found?.focus({ preventScroll: true });
    found?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [wanted]);
  const walkTo = ({ row, column }: Place) => {
    focusNext.current = true;
    setWanted({
      row: Math.max(0, Math.min(rows, row)),
      column: Math.max(0, Math.min(columns + totals, column)),
    });
  };
  /** Go where a key leads; false: it leads nowhere. */
  const walk = (event: KeyboardEvent, from: Place): boolean => {
    const next = destination(event, from, {
      rows,
      columns: columns + totals,
      rightToLeft: document.documentElement.dir === "rtl",
    });
    if (!next) return false;
    event.preventDefault();
    walkTo(next);
    return true;
  };
  return {
    scroller,
    table,
    active,
    rowPieces,
    columnPieces,
    rowPixels: seen.rowPixels,
    /** From the first row that is drawn to before the last. */
    from: seen.rows.from,
    to: seen.rows.to,
    walkTo,
    walk,
  };
}

/** What is drawn of a list; the same for as long as the same is drawn. */
function usePieces(count: number, from: number, to: number, active: number): readonly Piece[] {
  const kept = active >= from && active < to ? null : active;
  return useMemo(() => piecesOf(count, { from, to }, kept), [count, from, kept, to]);
}

/** Where in a grid something is; null: it is in no cell. */
export function placeOf(target: EventTarget): Place | null {
  const cell = target instanceof Element ? target.closest("[aria-colindex]") : null;
  const row = cell?.closest("[aria-rowindex]");
  return cell && row
    ? {
        row: Number(row.getAttribute("aria-rowindex")) - 1,
        column: Number(cell.getAttribute("aria-colindex")) - 1,
      }
    : null;
}

function cellAt(table: HTMLTableElement | null, { row, column }: Place): HTMLElement | null {
  return (
    table?.querySelector<HTMLElement>(`[aria-rowindex="${row + 1}"] > [aria-colindex="${column + 1}"]`) ??
    null
  );
}
