import type { CSSProperties, ReactNode, TableHTMLAttributes } from "react";
import classes from "./grid.module.css";
import type { useGrid } from "./useGrid.ts";
import type { Piece } from "./window.ts";

/** The frame of a grid that `useGrid` walks: `header` and `row` draw what stands at a place, `total` the header behind all columns. */
export function Grid(
  props: {
    grid: ReturnType<typeof useGrid>;
    label: string;
    /** How large it is, without the headers. */
    rows: number;
    columns: number;
    corner: string;
    className: string | undefined;
    header: (index: number) => ReactNode;
    total?: ReactNode;
    row: (index: number) => ReactNode;
  } & Pick<
    TableHTMLAttributes<HTMLTableElement>,
    "onKeyDown" | "onClick" | "onDoubleClick" | "onContextMenu"
  >,
) {
  const { scroller, table, active, rowPieces, columnPieces, rowPixels } = props.grid;
  const {
    label,
    rows,
    columns,
    corner,
    className,
    header,
    total,
    row,
    onKeyDown,
    onClick,
    onDoubleClick,
    onContextMenu,
  } = props;
  const totals = total ? 1 : 0;
  const all = columns + totals;
  return (
    <div
      className={`${classes["scroll"]} ${className ?? ""}`}
      style={{ "--columns": columns, "--totals": totals } as CSSProperties}
      ref={scroller}
    >
      <table
        ref={table}
        role="grid"
        aria-label={label}
        aria-rowcount={rows + 1}
        aria-colcount={all + 1}
        className={classes["grid"]}
        {...{ onKeyDown, onClick, onDoubleClick, onContextMenu }}
      >
        <colgroup>
          <col className={classes["nameColumn"]} />
          {columns > 0 && <col className={classes["column"]} span={columns} />}
          {total && <col className={classes["totalColumn"]} />}
        </colgroup>
        <thead>
          <tr role="row" aria-rowindex={1}>
            <th
              role="columnheader"
              scope="col"
              aria-colindex={1}
              className={classes["corner"]}
              tabIndex={active.row === 0 && active.column === 0 ? 0 : -1}
            >
              {corner}
            </th>
            <Pieces pieces={columnPieces} gap="headerGap">
              {header}
            </Pieces>
            {total}
          </tr>
        </thead>
        <tbody>
          {rowPieces.map((piece) =>
            "index" in piece ? (
              row(piece.index)
            ) : (
              <tr key={`gap ${piece.before}`} aria-hidden style={{ height: piece.gap * rowPixels }}>
                <td className={classes["gap"]} colSpan={all + 1} />
              </tr>
            ),
          )}
        </tbody>
      </table>
    </div>
  );
}

/** Cells of one row, and room for those that are not drawn. */
export function Pieces(props: {
  pieces: readonly Piece[];
  gap?: "gap" | "headerGap";
  children: (index: number) => ReactNode;
}) {
  return props.pieces.map((piece) =>
    "index" in piece ? (
      props.children(piece.index)
    ) : (
      <td
        key={`gap ${piece.before}`}
        aria-hidden
        className={classes[props.gap ?? "gap"]}
        colSpan={piece.gap}
      />
    ),
  );
}
