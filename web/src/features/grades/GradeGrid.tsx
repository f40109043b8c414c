import { IconEyeOff } from "@tabler/icons-react";
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
import classes from "./GradeGrid.module.css";
import type { Grade, Gradebook, GradeItem, StudentRow } from "./queries.ts";
import { number, percent, readCell, stepFor } from "./words.ts";

export interface Place {
  readonly student: string;
  readonly item: string;
}

export interface Typed extends Place {
  readonly points: number | null;
  readonly excused: boolean;
}

/**
 * Students × items. Arrow keys walk; typing, Enter or F2 edits; Enter keeps and goes down, Tab keeps and goes on, Escape leaves it.
 */
export function GradeGrid(props: {
  book: Gradebook;
  students: readonly StudentRow[];
  label: string;
  onChange: (typed: Typed) => void;
  onItem: (item: string) => void;
  onHistory: (place: Place) => void;
}) {
  const { t, i18n } = useTranslation();
  const { book, students } = props;
  const table = useRef<HTMLTableElement>(null);
  const [editing, setEditing] = useState<(Place & { readonly first: string | null }) | null>(null);
  const active = useRef({ row: 1, column: 1 });

  // One cell at a time is in the tab order. Not a state: walking redraws nothing.
  const activate = (row: number, column: number, focus: boolean) => {
    const found = table.current?.rows[row]?.cells[column];
    if (!found) return;
    table.current?.querySelector('td[tabindex="0"], th[tabindex="0"]')?.setAttribute("tabindex", "-1");
    found.setAttribute("tabindex", "0");
    active.current = { row, column };
    if (focus) {
      found.focus({ preventScroll: true });
      found.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  };
  useEffect(() => {
    if (table.current?.querySelector('td[tabindex="0"], th[tabindex="0"]')) return;
    activate(
      Math.min(active.current.row, students.length),
      Math.min(active.current.column, book.items.length),
      false,
    );
  }, [students, book.items]);

  const placeOf = (target: EventTarget): (Place & { row: number; column: number }) | null => {
    const cell = target instanceof Element ? target.closest<HTMLTableCellElement>("td, th") : null;
    const row = cell?.parentElement;
    if (!cell || !(row instanceof HTMLTableRowElement)) return null;
    return {
      row: row.rowIndex,
      column: cell.cellIndex,
      student: cell.dataset["student"] ?? "",
      item: cell.dataset["item"] ?? "",
    };
  };
  const edit = (place: Place, first: string | null) => {
    if (place.student && place.item) setEditing({ ...place, first });
    else if (place.item) props.onItem(place.item);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const place = placeOf(event.target);
    if (!place || editing) return;
    const forwards = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
    const backwards = forwards === "ArrowRight" ? "ArrowLeft" : "ArrowRight";
    const steps: Record<string, readonly [number, number]> = {
      ArrowDown: [1, 0],
      ArrowUp: [-1, 0],
      [forwards]: [0, 1],
      [backwards]: [0, -1],
      Home: [0, -place.column],
      End: [0, book.items.length + 1 - place.column],
      PageDown: [10, 0],
      PageUp: [-10, 0],
    };
    const step = steps[event.key];
    if (step) {
      event.preventDefault();
      const row = Math.max(0, Math.min(students.length, place.row + step[0]));
      activate(row, Math.max(0, Math.min(book.items.length + 1, place.column + step[1])), true);
    } else if (event.key === "Enter" || event.key === "F2") {
      event.preventDefault();
      edit(place, null);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      if (place.student && place.item) props.onChange({ ...place, points: null, excused: false });
    } else if (
      event.key.length === 1 &&
      !event.ctrlKey &&
      !event.metaKey &&
      !event.altKey &&
      event.key !== " "
    ) {
      event.preventDefault();
      edit(place, event.key);
    }
  };
  const leave = (typed: Typed | null, move: readonly [number, number]) => {
    setEditing(null);
    if (typed) props.onChange(typed);
    const { row, column } = active.current;
    requestAnimationFrame(() =>
      activate(
        Math.max(1, Math.min(students.length, row + move[0])),
        Math.max(1, Math.min(book.items.length, column + move[1])),
        true,
      ),
    );
  };

  return (
    <div className={classes["scroll"]}>
      <table
        ref={table}
        role="grid"
        aria-label={props.label}
        aria-rowcount={students.length + 1}
        aria-colcount={book.items.length + 2}
        className={classes["grid"]}
        style={{ "--columns": book.items.length } as CSSProperties}
        onKeyDown={onKeyDown}
        onClick={(event: MouseEvent) => {
          const place = placeOf(event.target);
          if (!place || editing) return;
          activate(place.row, place.column, true);
          if (place.item && !place.student) props.onItem(place.item);
        }}
        onDoubleClick={(event) => {
          const place = placeOf(event.target);
          if (place?.student) edit(place, null);
        }}
        onContextMenu={(event) => {
          const place = placeOf(event.target);
          if (!place?.student || !place.item) return;
          event.preventDefault();
          props.onHistory(place);
        }}
      >
        <thead>
          <tr role="row">
            <th role="columnheader" scope="col" className={classes["corner"]} tabIndex={-1}>
              {t("grades.student")}
            </th>
            {book.items.map((item) => (
              <th
                key={item.id}
                role="columnheader"
                scope="col"
                tabIndex={-1}
                className={classes["header"]}
                data-item={item.id}
                aria-haspopup="dialog"
              >
                <span className={classes["title"]}>{item.title}</span>
                <span className={classes["detail"]}>
                  {item.hidden && <IconEyeOff size={14} aria-label={t("grades.hidden")} />}
                  {t("grades.outOf", { max: number(item.points_max, i18n.language) })}
                </span>
              </th>
            ))}
            <th role="columnheader" scope="col" className={classes["total"]} tabIndex={-1}>
              {t("grades.total")}
            </th>
          </tr>
        </thead>
        <tbody>
          {students.map((student) => (
            <Row
              key={student.user_id}
              student={student}
              items={book.items}
              editing={editing?.student === student.user_id ? editing : null}
              onLeave={leave}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

type Leave = (typed: Typed | null, move: readonly [number, number]) => void;

const Row = memo(
  function Row(props: {
    student: StudentRow;
    items: readonly GradeItem[];
    editing: (Place & { readonly first: string | null }) | null;
    onLeave: Leave;
  }) {
    const { i18n } = useTranslation();
    const { student, items, editing } = props;
    const grades = new Map(student.grades.map((grade) => [grade.item_id, grade]));
    return (
      <tr role="row">
        <th role="rowheader" scope="row" className={classes["name"]} tabIndex={-1}>
          <bdi>{student.name}</bdi>
        </th>
        {items.map((item) => (
          <Cell
            key={item.id}
            student={student.user_id}
            item={item}
            grade={grades.get(item.id)}
            first={editing?.item === item.id ? (editing.first ?? "") : null}
            replaces={editing?.first != null}
            onLeave={props.onLeave}
          />
        ))}
        <td role="gridcell" tabIndex={-1} className={classes["total"]}>
          {percent(student.percent, i18n.language)}
          {student.letter && <span className={classes["letter"]}>{student.letter}</span>}
        </td>
      </tr>
    );
  },
  (before, after) =>
    before.student === after.student && before.items === after.items && before.editing === after.editing,
);

function Cell(props: {
  student: string;
  item: GradeItem;
  grade: Grade | undefined;
  /** Not null: it is being edited, and this was typed first. */
  first: string | null;
  replaces: boolean;
  onLeave: Leave;
}) {
  const { t, i18n } = useTranslation();
  const { grade, item } = props;
  const shown = grade?.excused
    ? t("grades.excusedShort")
    : grade?.points == null
      ? ""
      : (stepFor(item, grade.points) ?? number(grade.points, i18n.language));
  return (
    <td
      role="gridcell"
      tabIndex={-1}
      className={classes["cell"]}
      data-student={props.student}
      data-item={item.id}
      data-dropped={grade?.dropped || undefined}
      data-kept={grade && !grade.returned ? true : undefined}
      title={
        grade?.dropped
          ? t("grades.droppedAbout")
          : grade && !grade.returned
            ? t("grades.notReturned")
            : undefined
      }
    >
      {props.first === null ? (
        shown
      ) : (
        <Field
          item={item}
          initial={
            props.replaces ? props.first : grade?.excused ? t("grades.excused") : String(grade?.points ?? "")
          }
          onLeave={(read, move) =>
            props.onLeave(read && { ...read, student: props.student, item: item.id }, move)
          }
        />
      )}
    </td>
  );
}

function Field(props: {
  item: GradeItem;
  initial: string;
  onLeave: (
    read: { points: number | null; excused: boolean } | null,
    move: readonly [number, number],
  ) => void;
}) {
  const { t } = useTranslation();
  const [text, setText] = useState(props.initial);
  const field = useRef<HTMLInputElement>(null);
  const left = useRef(false);
  useEffect(() => {
    field.current?.focus();
    // What was typed first stays; what stood there is selected.
    field.current?.setSelectionRange(
      props.initial.length > 1 ? 0 : props.initial.length,
      props.initial.length,
    );
  }, [props.initial]);
  const read = readCell(text, props.item, t("grades.excused"));
  const leave = (keep: boolean, move: readonly [number, number]) => {
    if (left.current || (keep && read === null)) return;
    left.current = true;
    props.onLeave(
      keep && text !== props.initial ? read : keep && props.initial.length === 1 ? read : null,
      move,
    );
  };
  return (
    <input
      ref={field}
      className={classes["field"]}
      value={text}
      aria-label={props.item.title}
      aria-invalid={read === null}
      title={read === null ? t("grades.notAGrade") : undefined}
      list={props.item.scale.length > 0 ? `scale-${props.item.id}` : undefined}
      inputMode="decimal"
      autoComplete="off"
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => (read === null ? leave(false, [0, 0]) : leave(true, [0, 0]))}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Escape") leave(false, [0, 0]);
        else if (event.key === "Enter") leave(true, [event.shiftKey ? -1 : 1, 0]);
        else if (event.key === "Tab") {
          event.preventDefault();
          leave(true, [0, event.shiftKey ? -1 : 1]);
        }
      }}
    />
  );
}
