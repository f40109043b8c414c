import { IconMessage } from "@tabler/icons-react";
import {
  memo,
  useEffect,
  useRef,
  useState,
  type CSSProperties,
  type KeyboardEvent,
  type MouseEvent,
} from "react";
import { useTranslation } from "react-i18next";
import type { BoardColumn, BoardPerson } from "./core/board.ts";
import type { BoardStore } from "./core/boardStore.ts";
import { destination } from "./core/walking.ts";
import classes from "./ProgressGrid.module.css";
import { StateMark } from "./StateMark.tsx";
import { useCell } from "./useBoardStore.ts";
import { dueDay, typeWords } from "./words.ts";

/** Students × activities. Arrow keys walk through it; what a key or a click opens is the page's to show. */
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
  const table = useRef<HTMLTableElement>(null);
  const active = useRef({ row: 1, column: 1 });

  // One cell at a time is in the tab order. Not a state: walking redraws nothing.
  const activate = (row: number, column: number, focus: boolean) => {
    const found = cellAt(table.current, row, column);
    if (!found) return;
    table.current?.querySelector('[tabindex="0"]')?.setAttribute("tabindex", "-1");
    found.setAttribute("tabindex", "0");
    active.current = { row, column };
    if (focus) {
      found.focus({ preventScroll: true });
      found.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  };
  useEffect(() => {
    if (table.current?.querySelector('[tabindex="0"]')) return;
    activate(
      Math.min(active.current.row, people.length),
      Math.min(active.current.column, columns.length),
      false,
    );
  }, [columns, people]);

  const open = (target: EventTarget) => {
    const cell = target instanceof Element ? target.closest<HTMLElement>("[data-column]") : null;
    const column = cell?.dataset["column"];
    if (!cell || !column) return;
    const place = placeOf(cell);
    if (place) activate(place.row, place.column, true);
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
    activate(next.row, next.column, true);
  };

  return (
    <div className={classes["scroll"]}>
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
        <thead>
          <tr role="row">
            <th role="columnheader" scope="col" className={classes["corner"]} tabIndex={-1}>
              {t("progress.student")}
            </th>
            {columns.map((column) => (
              <HeaderCell key={column.id} column={column} />
            ))}
          </tr>
        </thead>
        <tbody>
          {people.map((person) => (
            <Row key={person.id} person={person} columns={columns} store={store} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const HeaderCell = memo(function HeaderCell({ column }: { column: BoardColumn }) {
  const { t, i18n } = useTranslation();
  const due = dueDay(column, i18n.language);
  return (
    <th
      role="columnheader"
      scope="col"
      tabIndex={-1}
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
  person: BoardPerson;
  columns: readonly BoardColumn[];
  store: BoardStore;
}) {
  const { person, columns, store } = props;
  return (
    <tr role="row">
      <th role="rowheader" scope="row" className={classes["name"]} tabIndex={-1}>
        <bdi>{person.name}</bdi>
      </th>
      {columns.map((column) => (
        <Cell key={column.id} person={person.id} column={column.id} store={store} />
      ))}
    </tr>
  );
});

const Cell = memo(function Cell(props: { person: string; column: string; store: BoardStore }) {
  const { t } = useTranslation();
  const cell = useCell(props.store, props.person, props.column);
  // What was there at first does not light up; what changes while one looks does.
  const [first] = useState(cell);
  return (
    <td
      role="gridcell"
      tabIndex={-1}
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

function placeOf(element: HTMLElement): { row: number; column: number } | null {
  const cell = element.closest<HTMLTableCellElement>("th, td");
  const row = cell?.parentElement;
  return cell && row instanceof HTMLTableRowElement ? { row: row.rowIndex, column: cell.cellIndex } : null;
}

function cellAt(table: HTMLTableElement | null, row: number, column: number): HTMLElement | null {
  return table?.rows[row]?.cells[column] ?? null;
}
