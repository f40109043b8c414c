import { IconMessage } from "@tabler/icons-react";
import { memo, useState, type CSSProperties, type KeyboardEvent, type MouseEvent } from "react";
import { useTranslation } from "react-i18next";
import { Gap, RowGap } from "@/components/grid/Gap.tsx";
import grid from "@/components/grid/grid.module.css";
import { placeOf, useGrid } from "@/components/grid/useGrid.ts";
import type { Piece } from "@/components/grid/window.ts";
import type { BoardColumn, BoardPerson } from "./core/board.ts";
import type { BoardStore } from "./core/boardStore.ts";
import classes from "./ProgressGrid.module.css";
import { StateMark } from "./StateMark.tsx";
import { useCell } from "./useBoardStore.ts";
import { dueDay, typeWords } from "./words.ts";

/**
 * Students × activities. Arrow keys walk through it; what a key or a click opens is the page's to show.
 *
 * Of a large grid only what is in sight is drawn, and the cell that one is at; how large it is, and where in it each cell stands, is
 * told by `aria-rowcount`, `aria-rowindex` and their like.
 */
export function ProgressGrid(props: {
  store: BoardStore;
  people: readonly BoardPerson[];
  columns: readonly BoardColumn[];
  label: string;
  onCell: (person: string, column: string) => void;
  onColumn: (column: string) => void;
}) {
  const { t } = useTranslation();
  const { people, columns, store } = props;
  const { scroller, table, active, rowPieces, columnPieces, rowPixels, walkTo, walk } = useGrid({
    rows: people.length,
    columns: columns.length,
  });

  const open = (target: EventTarget) => {
    const cell = target instanceof Element ? target.closest<HTMLElement>("[data-column]") : null;
    const column = cell?.dataset["column"];
    if (!cell || !column) return;
    const place = placeOf(cell);
    if (place) {
      cell.focus({ preventScroll: true });
      walkTo(place);
    }
    const person = cell.dataset["person"];
    if (person) props.onCell(person, column);
    else props.onColumn(column);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const place = placeOf(event.target);
    if (!place) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      open(event.target);
      return;
    }
    walk(event, place);
  };

  return (
    <div className={`${grid["scroll"]} ${classes["sizes"]}`} ref={scroller}>
      <table
        ref={table}
        role="grid"
        aria-label={props.label}
        aria-rowcount={people.length + 1}
        aria-colcount={columns.length + 1}
        className={grid["grid"]}
        style={{ "--columns": columns.length } as CSSProperties}
        onKeyDown={onKeyDown}
        onClick={(event: MouseEvent) => open(event.target)}
      >
        <colgroup>
          <col className={grid["nameColumn"]} />
          <col className={grid["column"]} span={columns.length} />
        </colgroup>
        <thead>
          <tr role="row" aria-rowindex={1}>
            <th
              role="columnheader"
              scope="col"
              aria-colindex={1}
              className={grid["corner"]}
              tabIndex={active.row === 0 && active.column === 0 ? 0 : -1}
            >
              {t("progress.student")}
            </th>
            {columnPieces.map((piece) => {
              const column = "index" in piece ? columns[piece.index] : undefined;
              if (!("index" in piece)) return <Gap key={`gap ${piece.before}`} columns={piece.gap} header />;
              return (
                column && (
                  <HeaderCell
                    key={column.id}
                    column={column}
                    at={piece.index + 1}
                    active={active.row === 0 && active.column === piece.index + 1}
                  />
                )
              );
            })}
          </tr>
        </thead>
        <tbody>
          {rowPieces.map((piece) => {
            if (!("index" in piece)) {
              return (
                <RowGap
                  key={`gap ${piece.before}`}
                  height={piece.gap * rowPixels}
                  columns={columns.length + 1}
                />
              );
            }
            const person = people[piece.index];
            const at = piece.index + 1;
            return (
              person && (
                <Row
                  key={person.id}
                  at={at}
                  person={person}
                  columns={columns}
                  pieces={columnPieces}
                  activeColumn={active.row === at ? active.column : null}
                  store={store}
                />
              )
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

const HeaderCell = memo(function HeaderCell(props: { column: BoardColumn; at: number; active: boolean }) {
  const { t, i18n } = useTranslation();
  const { column } = props;
  const due = dueDay(column, i18n.language);
  return (
    <th
      role="columnheader"
      scope="col"
      aria-colindex={props.at + 1}
      tabIndex={props.active ? 0 : -1}
      className={`${grid["header"]} ${classes["header"]}`}
      data-column={column.id}
      data-hidden={column.hidden || undefined}
      aria-haspopup="dialog"
    >
      <span className={grid["title"]}>{column.title}</span>
      <span className={grid["detail"]}>
        {column.hidden ? t("progress.hidden") : due ? t("progress.due", { due }) : typeWords(column.type, t)}
      </span>
    </th>
  );
});

const Row = memo(function Row(props: {
  at: number;
  person: BoardPerson;
  columns: readonly BoardColumn[];
  pieces: readonly Piece[];
  /** Where in this row one is; null: elsewhere. */
  activeColumn: number | null;
  store: BoardStore;
}) {
  const { at, person, columns, activeColumn, store } = props;
  return (
    <tr role="row" aria-rowindex={at + 1}>
      <th
        role="rowheader"
        scope="row"
        aria-colindex={1}
        className={grid["name"]}
        tabIndex={activeColumn === 0 ? 0 : -1}
      >
        <bdi>{person.name}</bdi>
      </th>
      {props.pieces.map((piece) => {
        if (!("index" in piece)) return <Gap key={`gap ${piece.before}`} columns={piece.gap} />;
        const column = columns[piece.index];
        return (
          column && (
            <Cell
              key={column.id}
              at={piece.index + 1}
              active={activeColumn === piece.index + 1}
              person={person.id}
              column={column.id}
              store={store}
            />
          )
        );
      })}
    </tr>
  );
});

const Cell = memo(function Cell(props: {
  at: number;
  active: boolean;
  person: string;
  column: string;
  store: BoardStore;
}) {
  const { t } = useTranslation();
  const cell = useCell(props.store, props.person, props.column);
  // What was there at first does not light up; what changes while one looks does.
  const [first] = useState(cell);
  return (
    <td
      role="gridcell"
      aria-colindex={props.at + 1}
      tabIndex={props.active ? 0 : -1}
      className={`${grid["cell"]} ${classes["cell"]}`}
      data-person={props.person}
      data-column={props.column}
      aria-haspopup="dialog"
    >
      <span
        className={cell === first ? classes["still"] : classes["moved"]}
        key={`${cell.state} ${cell.at ?? ""}`}
      >
        <StateMark state={cell.state} score={cell.score} />
        {cell.remark !== null && (
          <span
            className={classes["remark"]}
            role="img"
            aria-label={t("progress.hasRemark")}
            title={cell.remark}
          >
            <IconMessage size={14} aria-hidden />
          </span>
        )}
      </span>
    </td>
  );
});
