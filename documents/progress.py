"""Progress boards: how far each person has come with each activity, as a Yjs document.

Rows in the database are the truth and these documents their live views. The server writes them, always as little as makes a
document right. Teachers may write too, with any client, though only remarks (the `marks` root) are theirs to write; so reading takes
what makes sense and leaves out the rest, and never raises.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from pycrdt import Array, Doc, Map

Json = dict[str, Any]


class State(StrEnum):
    """How far somebody has come with an activity, in this order."""

    OPENED = "opened"
    WORKING = "working"
    HANDED_IN = "handed_in"
    GRADED = "graded"

    @property
    def rank(self) -> int:
        """Return the state's place in the order, 1 for the first."""
        return _ORDER.index(self) + 1


_ORDER = tuple(State)
STUCK = "stuck"
"""Shown instead of a state while somebody cannot go on."""

REMARK_MAX_CHARS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """An activity on a board. `hidden` ones are kept from view by those who show the board."""

    id: str
    title: str
    type: str
    due_at: datetime | None = None
    hidden: bool = False

    def plain(self) -> Json:
        """Return it as it stands in a document."""
        shown: Json = {"id": self.id, "title": self.title, "type": self.type, "due_at": _moment(self.due_at)}
        return shown | {"hidden": True} if self.hidden else shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """How far one person has come with one activity; without a state they are stuck before they began."""

    state: State | None
    stuck: bool = False
    score: float | None = None
    at: datetime

    def plain(self) -> Json:
        """Return it as it stands in a document."""
        shown = STUCK if self.stuck or self.state is None else str(self.state)
        return {"state": shown, "score": self.score, "at": _moment(self.at)}


Cells = Mapping[str, Mapping[str, Cell]]
Remarks = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """All of a board: names by person, cells and remarks by person and column."""

    columns: Sequence[Column] = ()
    people: Mapping[str, str] = field(default_factory=dict)
    cells: Cells = field(default_factory=dict)
    remarks: Remarks = field(default_factory=dict)


def put_board(doc: Doc[Any], board: Board) -> None:
    """Make a document show exactly this board; remarks on people who are on it are left as they are."""
    put_columns(doc, board.columns)
    _match(_root(doc, "people"), {person: {"name": name} for person, name in board.people.items()})
    _match_rows(
        _root(doc, "rows"),
        {person: {key: cell.plain() for key, cell in row.items()} for person, row in board.cells.items()},
    )
    marks = _root(doc, "marks")
    for stranger in [person for person in _keys(marks) if person not in board.people]:
        del marks[stranger]


def put_remarks(doc: Doc[Any], remarks: Remarks) -> None:
    """Make a document show exactly these remarks."""
    _match_rows(_root(doc, "marks"), remarks)


def put_columns(doc: Doc[Any], columns: Iterable[Column]) -> None:
    """Make the document's columns exactly these, in this order."""
    array: Array[Any] = doc.get("columns", type=Array)
    wanted = [column.plain() for column in columns]
    known = {column["id"] for column in wanted}
    seen: set[str] = set()
    for index in reversed(range(len(array))):
        column_id = _column_id(array[index])
        # Of two with one id the later stays: a column that was moved by somebody else's program.
        if column_id is None or column_id not in known or column_id in seen:
            del array[index]
        else:
            seen.add(column_id)
    for index, column in enumerate(wanted):
        ids = [_column_id(array[place]) for place in range(index, len(array))]
        if column["id"] not in ids:
            array.insert(index, Map(column))
        elif ids[0] == column["id"]:
            _match(array[index], column)
        else:
            del array[index + ids.index(column["id"])]
            array.insert(index, Map(column))


def put_cell(doc: Doc[Any], person: str, column: str, cell: Cell | None) -> None:
    """Show how far one person has come with one activity; None: not begun."""
    _put(_root(doc, "rows"), person, column, None if cell is None else cell.plain())


def put_remark(doc: Doc[Any], person: str, column: str, remark: str | None) -> None:
    """Show a remark, or take it away."""
    _put(_root(doc, "marks"), person, column, remark)


def put_person(doc: Doc[Any], person: str, board: Board) -> None:
    """Show one person as they are on this board, or not at all where they are not on it."""
    people = _root(doc, "people")
    if person not in board.people:
        for root in (people, _root(doc, "rows"), _root(doc, "marks")):
            if person in root:
                del root[person]
        return
    shown = {"name": board.people[person]}
    if not _same(people.get(person), shown):
        people[person] = shown
    row = {key: cell.plain() for key, cell in board.cells.get(person, {}).items()}
    _match_row(_root(doc, "rows"), person, row)
    _match_row(_root(doc, "marks"), person, board.remarks.get(person, {}))


def remark_of(marks: Any, person: str, column: str, kept: str | None) -> str | None:
    """Return what the `marks` root, as plain values, says about somebody: its remark, None for none.

    Where it says nothing that makes sense, what is `kept` counts.
    """
    row = marks.get(person) if isinstance(marks, Mapping) else None
    if row is None:
        return None
    if not isinstance(row, Mapping):
        return kept
    remark = row.get(column)
    if remark is None:
        return None
    if not isinstance(remark, str) or len(remark) > REMARK_MAX_CHARS:
        return kept
    return remark.strip() or None


def _put(root: Map[Any], person: str, column: str, value: Any) -> None:
    if value is None:
        row = root.get(person)
        if isinstance(row, Map) and column in row:
            del row[column]
        return
    row = _nested(root, person)
    if not _same(row.get(column), value):
        row[column] = value


def _match_rows(target: Map[Any], wanted: Mapping[str, Mapping[str, Any]]) -> None:
    for person in {*_keys(target), *wanted}:
        _match_row(target, person, wanted.get(person, {}))


def _match_row(target: Map[Any], person: str, wanted: Mapping[str, Any]) -> None:
    if wanted:
        _match(_nested(target, person), wanted)
    elif person in target:
        del target[person]


def _match(target: Map[Any], wanted: Mapping[str, Any]) -> None:
    for key in [key for key in _keys(target) if key not in wanted]:
        del target[key]
    for key, value in wanted.items():
        if key not in target or not _same(target[key], value):
            target[key] = value


def _nested(root: Map[Any], key: str) -> Map[Any]:
    found = root.get(key)
    if not isinstance(found, Map):
        root[key] = Map()
        found = root[key]
    nested: Map[Any] = found
    return nested


def _keys(found: Map[Any]) -> list[str]:
    return list(found.keys())


def _root(doc: Doc[Any], name: str) -> Map[Any]:
    root: Map[Any] = doc.get(name, type=Map)
    return root


def _column_id(value: Any) -> str | None:
    column_id = value.get("id") if isinstance(value, Map) else None
    return column_id if isinstance(column_id, str) else None


def _same(found: Any, value: Any) -> bool:
    # In Python True is 1 and 1.0; in a document they are not the same.
    if isinstance(found, Map | Array):
        return False
    if isinstance(found, Mapping) and isinstance(value, Mapping):
        return found.keys() == value.keys() and all(_same(found[key], value[key]) for key in value)
    if isinstance(found, bool) or isinstance(value, bool):
        return found is value
    if isinstance(found, float) and math.isnan(found):
        return False
    return bool(found == value)


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
