export interface Place {
  /** 0 is the row of headers. */
  readonly row: number;
  /** 0 is the column of names. */
  readonly column: number;
}

/** How far Page Up and Page Down go. */
const PAGE_ROWS = 10;

/** Where a key leads in a grid (WAI-ARIA Authoring Practices, "Grid"); null: it is not a key that walks. */
export function destination(
  pressed: {
    readonly key: string;
    readonly ctrlKey: boolean;
    readonly metaKey: boolean;
    readonly altKey: boolean;
  },
  from: Place,
  grid: { readonly rows: number; readonly columns: number; readonly rightToLeft: boolean },
): Place | null {
  if (pressed.altKey || pressed.metaKey) return null;
  const within = (row: number, column: number): Place => ({
    row: Math.max(0, Math.min(grid.rows, row)),
    column: Math.max(0, Math.min(grid.columns, column)),
  });
  const forward = grid.rightToLeft ? -1 : 1;
  switch (pressed.key) {
    case "ArrowUp":
      return within(from.row - 1, from.column);
    case "ArrowDown":
      return within(from.row + 1, from.column);
    case "ArrowLeft":
      return within(from.row, from.column - forward);
    case "ArrowRight":
      return within(from.row, from.column + forward);
    case "PageUp":
      return within(from.row - PAGE_ROWS, from.column);
    case "PageDown":
      return within(from.row + PAGE_ROWS, from.column);
    case "Home":
      return within(pressed.ctrlKey ? 0 : from.row, 0);
    case "End":
      return within(pressed.ctrlKey ? grid.rows : from.row, grid.columns);
    default:
      return null;
  }
}
