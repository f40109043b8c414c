import grid from "./grid.module.css";

/** Room for columns that are not drawn. */
export function Gap({ columns, header = false }: { columns: number; header?: boolean }) {
  return <td aria-hidden className={grid[header ? "headerGap" : "gap"]} colSpan={columns} />;
}

/** Room for rows that are not drawn. */
export function RowGap({ height, columns }: { height: number; columns: number }) {
  return (
    <tr aria-hidden style={{ height }}>
      <td className={grid["gap"]} colSpan={columns} />
    </tr>
  );
}
