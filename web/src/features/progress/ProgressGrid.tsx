import { IconMessage } from "@tabler/icons-react";
import {
  memo,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type CSSProperties,
  type KeyboardEvent,
  type MouseEvent,
} from "react";
import { useTranslation } from "react-i18next";
import type { BoardColumn, BoardPerson } from "./core/board.ts";
import type { BoardStore } from "./core/boardStore.ts";
import { destination, type Place } from "./core/walking.ts";
import { piecesOf, type Piece } from "./core/window.ts";
import classes from "./ProgressGrid.module.css";
import { StateMark } from "./StateMark.tsx";
import { useCell } from "./useBoardStore.ts";
import { useWindow } from "./useWindow.ts";
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
  const scroller = useRef<HTMLDivElement>(null);
  const table = useRef<HTMLTableElement>(null);
  // One cell at a time is in the tab order.
  const [wanted, setWanted] = useState<Place>({ row: 1, column: 1 });
  const active = {
    row: Math.min(wanted.row, people.length),
    column: Math.min(wanted.column, columns.length),
  };
  const seen = useWindow(scroller, people.length, columns.length);
  const rowPieces = usePieces(people.length, seen.rows.from, seen.rows.to, active.row - 1);
  const columnPieces = usePieces(columns.length, seen.columns.from, seen.columns.to, active.column - 1);

  // The cell that a key leads to may have to be drawn first.
  const focusNext = useRef(false);
  useLayoutEffect(() => {
    if (!focusNext.current) return;
    focusNext.current = false;
    const found = cellAt(table.current, wanted);
    found?.focus({ preventScroll: true });
    found?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [wanted]);
  const walkTo = (place: Place) => {
    focusNext.current = true;
    setWanted({ ...place });
  };

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
    const place = event.target instanceof HTMLElement ? placeOf(event.target) : null;
    if (!place) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      open(event.target);
      return;
    }
    const next = destination(event, place, {
      rows: people.length,
      columns: columns.length,
      rightToLeft: document.documentElement.dir === "rtl",
    });
    if (!next) return;
    event.preventDefault();
    walkTo(next);
  };

  return (
    <div className={classes["scroll"]} ref={scroller}>
      <table
        ref={table}
        role="grid"
        aria-label={props.label}
        aria-rowcount={people.length + 1}
        aria-colcount={columns.length + 1}
        className={classes["grid"]}
        style={{ "--columns": columns.length } as CSSProperties}
        onKeyDown={onKeyDown}
        onClick={(event: MouseEvent) => open(event.target)}
      >
        <colgroup>
          <col className={classes["nameColumn"]} />
          <col className={classes["column"]} span={columns.length} />
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
                <tr key={`gap ${piece.before}`} aria-hidden style={{ height: piece.gap * seen.rowPixels }}>
                  <td className={classes["gap"]} colSpan={columns.length + 1} />
                </tr>
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

/** What is drawn of a list; the same for as long as the same is drawn. */
function usePieces(count: number, from: number, to: number, active: number): readonly Piece[] {
  const kept = active >= from && active < to ? null : active;
  return useMemo(() => piecesOf(count, { from, to }, kept), [count, from, kept, to]);
}

/** Room for columns that are not drawn. */
function Gap({ columns, header = false }: { columns: number; header?: boolean }) {
  return <td aria-hidden className={classes[header ? "headerGap" : "gap"]} colSpan={columns} />;
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
      className={classes["header"]}
      data-column={column.id}
      data-hidden={column.hidden || undefined}
      aria-haspopup="dialog"
    >
      <span className={classes["title"]}>{column.title}</span>
      <span className={classes["detail"]}>
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
        className={classes["name"]}
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
      className={classes["cell"]}
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

function placeOf(element: HTMLElement): Place | null {
  const cell = element.closest("[aria-colindex]");
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
