import { IconMessage } from "@tabler/icons-react";
import { memo, useState, type KeyboardEvent, type MouseEvent } from "react";
import { useTranslation } from "react-i18next";
import { Grid, Pieces } from "@/components/grid/Grid.tsx";
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
  const walked = useGrid({ rows: people.length, columns: columns.length });
  const { active, columnPieces, walkTo, walk } = walked;

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
    <Grid
      grid={walked}
      label={props.label}
      rows={people.length}
      columns={columns.length}
      corner={t("progress.student")}
      className={classes["sizes"]}
      onKeyDown={onKeyDown}
      onClick={(event: MouseEvent) => open(event.target)}
      header={(index) => {
        const column = columns[index];
        return (
          column && (
            <HeaderCell
              key={column.id}
              column={column}
              at={index + 1}
              active={active.row === 0 && active.column === index + 1}
            />
          )
        );
      }}
      row={(index) => {
        const person = people[index];
        const at = index + 1;
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
      }}
    />
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
      <Pieces pieces={props.pieces}>
        {(index) => {
          const column = columns[index];
          return (
            column && (
              <Cell
                key={column.id}
                at={index + 1}
                active={activeColumn === index + 1}
                person={person.id}
                column={column.id}
                store={store}
              />
            )
          );
        }}
      </Pieces>
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
