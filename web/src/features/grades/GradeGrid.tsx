import { IconEyeOff } from "@tabler/icons-react";
import { memo, useEffect, useRef, useState, type KeyboardEvent, type MouseEvent } from "react";
import { useTranslation } from "react-i18next";
import { Grid, Pieces } from "@/components/grid/Grid.tsx";
import grid from "@/components/grid/grid.module.css";
import { placeOf, useGrid } from "@/components/grid/useGrid.ts";
import type { Piece, Range } from "@/components/grid/window.ts";
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
 * Of a large grid only what is in sight is drawn.
 */
export function GradeGrid(props: {
  book: Gradebook;
  students: readonly StudentRow[];
  label: string;
  onChange: (typed: Typed) => void;
  onItem: (item: string) => void;
  onHistory: (place: Place) => void;
  /** Which rows are in sight, or near it. */
  onSight: (rows: Range) => void;
}) {
  const { t, i18n } = useTranslation();
  const { book, students } = props;
  const { items } = book;
  const walked = useGrid({ rows: students.length, columns: items.length, totals: 1 });
  const { active, columnPieces, from, to, walkTo, walk } = walked;
  const { onSight } = props;
  useEffect(() => onSight({ from, to }), [from, onSight, to]);
  const [editing, setEditing] = useState<(Place & { readonly first: string | null }) | null>(null);

  const edit = (place: Place, first: string | null) => {
    if (place.student && place.item) setEditing({ ...place, first });
    else if (place.item) props.onItem(place.item);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const place = placeOf(event.target);
    if (!place || editing || walk(event, place)) return;
    const { student, item } = named(event.target);
    if (event.key === "Enter" || event.key === "F2") {
      event.preventDefault();
      edit({ student, item }, null);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      if (student && item) props.onChange({ student, item, points: null, excused: false });
    } else if (
      event.key.length === 1 &&
      !event.ctrlKey &&
      !event.metaKey &&
      !event.altKey &&
      event.key !== " "
    ) {
      event.preventDefault();
      edit({ student, item }, event.key);
    }
  };
  const leave: Leave = (typed, move) => {
    setEditing(null);
    if (typed) props.onChange(typed);
    if (!move) return;
    // Not out among the names or the totals.
    walkTo({
      row: Math.max(1, active.row + move[0]),
      column: Math.max(1, Math.min(items.length, active.column + move[1])),
    });
  };

  return (
    <Grid
      grid={walked}
      label={props.label}
      rows={students.length}
      columns={items.length}
      corner={t("grades.student")}
      className={classes["sizes"]}
      onKeyDown={onKeyDown}
      onClick={(event: MouseEvent) => {
        const place = placeOf(event.target);
        if (!place || editing) return;
        walkTo(place);
        const { student, item } = named(event.target);
        if (item && !student) props.onItem(item);
      }}
      onDoubleClick={(event) => {
        const place = named(event.target);
        if (place.student) edit(place, null);
      }}
      onContextMenu={(event) => {
        const place = named(event.target);
        if (!place.student || !place.item) return;
        event.preventDefault();
        props.onHistory(place);
      }}
      header={(index) => {
        const item = items[index];
        return (
          item && (
            <th
              key={item.id}
              role="columnheader"
              scope="col"
              aria-colindex={index + 2}
              tabIndex={active.row === 0 && active.column === index + 1 ? 0 : -1}
              className={grid["header"]}
              data-item={item.id}
              aria-haspopup="dialog"
            >
              <span className={grid["title"]}>{item.title}</span>
              <span className={`${grid["detail"]} ${classes["detail"]}`}>
                {item.hidden && <IconEyeOff size={14} aria-label={t("grades.hidden")} />}
                {t("grades.outOf", { max: number(item.points_max, i18n.language) })}
              </span>
            </th>
          )
        );
      }}
      total={
        <th
          role="columnheader"
          scope="col"
          aria-colindex={items.length + 2}
          className={`${grid["header"]} ${grid["total"]}`}
          tabIndex={active.row === 0 && active.column === items.length + 1 ? 0 : -1}
        >
          {t("grades.total")}
        </th>
      }
      row={(index) => {
        const student = students[index];
        const at = index + 1;
        return (
          student && (
            <Row
              key={student.user_id}
              at={at}
              student={student}
              address={student.namesake ? (student.email ?? null) : null}
              items={items}
              pieces={columnPieces}
              activeColumn={active.row === at ? active.column : null}
              editing={editing?.student === student.user_id ? { ...editing, onLeave: leave } : null}
            />
          )
        );
      }}
    />
  );
}

/** How many rows down and columns on one goes; null: the keyboard is somewhere else already. */
type Move = readonly [number, number];
type Leave = (typed: Typed | null, move: Move | null) => void;

interface Editing {
  readonly item: string;
  /** What was typed to begin with, in place of what stood there; null: that is edited. */
  readonly first: string | null;
  readonly onLeave: Leave;
}

/** Whose grade for what a cell holds; the empty string where it is a header. */
function named(target: EventTarget): Place {
  const cell = target instanceof Element ? target.closest<HTMLElement>("td, th") : null;
  return { student: cell?.dataset["student"] ?? "", item: cell?.dataset["item"] ?? "" };
}

const Row = memo(function Row(props: {
  at: number;
  student: StudentRow;
  /** Where the name alone does not say who it is. */
  address: string | null;
  items: readonly GradeItem[];
  pieces: readonly Piece[];
  /** Where in this row one is; null: elsewhere. */
  activeColumn: number | null;
  editing: Editing | null;
}) {
  const { i18n } = useTranslation();
  const { at, student, items, activeColumn, editing } = props;
  const grades = new Map(student.grades.map((grade) => [grade.item_id, grade]));
  const tabIndex = (column: number) => (activeColumn === column ? 0 : -1);
  return (
    <tr role="row" aria-rowindex={at + 1}>
      <th role="rowheader" scope="row" aria-colindex={1} className={grid["name"]} tabIndex={tabIndex(0)}>
        <bdi>{student.name}</bdi>
        {props.address && (
          <span className={grid["detail"]} title={props.address}>
            {props.address}
          </span>
        )}
      </th>
      <Pieces pieces={props.pieces}>
        {(index) => {
          const item = items[index];
          return (
            item && (
              <Cell
                key={item.id}
                at={index + 1}
                tabIndex={tabIndex(index + 1)}
                student={student.user_id}
                item={item}
                grade={grades.get(item.id)}
                editing={editing?.item === item.id ? editing : null}
              />
            )
          );
        }}
      </Pieces>
      <td
        role="gridcell"
        aria-colindex={items.length + 2}
        tabIndex={tabIndex(items.length + 1)}
        className={`${grid["cell"]} ${grid["total"]} ${classes["total"]}`}
      >
        {percent(student.percent, i18n.language)}
        {student.letter && <span className={classes["letter"]}>{student.letter}</span>}
      </td>
    </tr>
  );
});

function Cell(props: {
  at: number;
  tabIndex: number;
  student: string;
  item: GradeItem;
  grade: Grade | undefined;
  editing: Editing | null;
}) {
  const { t, i18n } = useTranslation();
  const { editing, grade, item } = props;
  const shown = grade?.excused
    ? t("grades.excusedShort")
    : grade?.points == null
      ? ""
      : (stepFor(item, grade.points) ?? number(grade.points, i18n.language));
  return (
    <td
      role="gridcell"
      aria-colindex={props.at + 1}
      tabIndex={props.tabIndex}
      className={`${grid["cell"]} ${classes["cell"]}`}
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
      {!editing ? (
        shown
      ) : (
        <Field
          item={item}
          initial={editing.first ?? (grade?.excused ? t("grades.excused") : String(grade?.points ?? ""))}
          onLeave={(read, move) =>
            editing.onLeave(read && { ...read, student: props.student, item: item.id }, move)
          }
        />
      )}
    </td>
  );
}

function Field(props: {
  item: GradeItem;
  initial: string;
  onLeave: (read: { points: number | null; excused: boolean } | null, move: Move | null) => void;
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
  const leave = (keep: boolean, move: Move | null) => {
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
      onBlur={() => leave(read !== null, null)}
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
