"""Read grades from a table that somebody saved from a spreadsheet, and write one. Pure.

Whatever program it comes from: UTF-8, UTF-16 or Windows-1252; commas, semicolons or tabs; points with a comma or a point.
"""

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

ROWS_MAX = 20_000
COLUMNS_MAX = 400
CELL_MAX_CHARS = 1000
BYTE_ORDER_MARK = "\ufeff"
EXCUSED = "excused"
# Spreadsheets take what begins like this for a formula (OWASP, "CSV Injection").
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_DELIMITERS = (",", ";", "\t")
_NUMBER = re.compile(r"\d{1,6}(?:[.,]\d{1,2}0*)?")
_ID, _EMAIL, _NAME = "user_id", "email", "name"
TOTAL, LETTER = "total_percent", "letter"
_KNOWN = {"user_id": _ID, "email": _EMAIL, "e-mail": _EMAIL, "name": _NAME, "student": _NAME}


class NotATable(ValueError):
    """The bytes are no table of grades. `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Fault(StrEnum):
    """What can be wrong in one row."""

    UNKNOWN_STUDENT = "unknown_student"
    SEVERAL_STUDENTS = "several_students"
    STUDENT_TWICE = "student_twice"
    TOO_MANY_CELLS = "too_many_cells"
    NOT_A_GRADE = "not_a_grade"


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetItem:
    """An item of the gradebook. `marks`: the steps of its scale, by their names."""

    id: UUID
    title: str
    marks: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPerson:
    """A student of the class."""

    id: UUID
    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetGrade:
    """A grade as the table has it; without points the student is excused."""

    item_id: UUID
    user_id: UUID
    points: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """What is wrong in a line of the file (the first is 1), and in which column, where it is one."""

    line: int
    fault: Fault
    column: str | None
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a table says: grades, what is wrong, and columns that are no items."""

    encoding: str
    grades: Sequence[SheetGrade]
    bad: Sequence[BadRow]
    unknown_columns: Sequence[str]


def decode(content: bytes) -> tuple[str, str]:
    """Return a table's text, and how it was encoded.

    Raises:
        NotATable: it is no text in any encoding that spreadsheets write.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif content[:4000].count(0) * 3 > len(content[:4000]):
        # Latin text in UTF-16 without its mark: every second byte is zero.
        encodings = ["utf-16-le" if content[1:2] == b"\0" else "utf-16-be"]
    else:
        encodings = ["utf-8-sig", "windows-1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, encoding
    raise NotATable("unknown_encoding")


def column_labels(titles: Iterable[str]) -> list[str]:
    """Return what the items' columns are called: a title that comes again gets a number."""
    seen: Counter[str] = Counter()
    labels = []
    for title in titles:
        seen[_key(title)] += 1
        number = seen[_key(title)]
        labels.append(title if number == 1 else f"{title} ({number})")
    return labels


def read_grades(content: bytes, items: Sequence[SheetItem], people: Sequence[SheetPerson]) -> Reading:
    """Read the grades in a table. An empty cell says nothing.

    Raises:
        NotATable: it cannot be read, has no column that says who somebody is, or is too large.
    """
    text, encoding = decode(content)
    rows = _rows(text)
    if not rows:
        raise NotATable("empty")
    _, header = rows[0]
    by_label = {
        _key(label): item for label, item in zip(column_labels(each.title for each in items), items, strict=True)
    }
    who: dict[str, int] = {}
    graded: list[tuple[int, str, SheetItem]] = []
    unknown = []
    for index, title in enumerate(header):
        key = _key(title)
        if key in by_label:
            graded.append((index, title, by_label[key]))
        elif key in _KNOWN:
            who.setdefault(_KNOWN[key], index)
        elif key and key not in {TOTAL, LETTER}:
            unknown.append(title)
    if not who:
        raise NotATable("no_students")
    if not graded:
        raise NotATable("no_items")
    finder = _Finder(people, who)
    grades: list[SheetGrade] = []
    bad: list[BadRow] = []
    seen: set[UUID] = set()
    for line, row in rows[1:]:
        person, fault, value = finder.find(row)
        if person is None:
            bad.append(BadRow(line=line, fault=fault, column=None, value=value))
            continue
        if person.id in seen:
            bad.append(BadRow(line=line, fault=Fault.STUDENT_TWICE, column=None, value=value))
            continue
        seen.add(person.id)
        if len(row) > len(header):
            bad.append(BadRow(line=line, fault=Fault.TOO_MANY_CELLS, column=None, value=value))
            continue
        for index, title, item in graded:
            written = _bare(row[index]) if index < len(row) else ""
            if written == "":
                continue
            try:
                grades.append(SheetGrade(item_id=item.id, user_id=person.id, points=_points(written, item)))
            except ValueError:
                bad.append(BadRow(line=line, fault=Fault.NOT_A_GRADE, column=title, value=written[:CELL_MAX_CHARS]))
    return Reading(encoding=encoding, grades=grades, bad=bad, unknown_columns=unknown)


def write_sheet(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV (RFC 4180) that spreadsheets read, and take no formula from."""
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow([_cell(value) for value in header])
    writer.writerows([_cell(value) for value in row] for row in rows)
    return BYTE_ORDER_MARK + sheet.getvalue()


class _Finder:
    """Finds who a row is about: by id, else by address, else by name."""

    def __init__(self, people: Sequence[SheetPerson], who: Mapping[str, int]) -> None:
        self._who = who
        self._by: dict[str, dict[str, list[SheetPerson]]] = {_ID: {}, _EMAIL: {}, _NAME: {}}
        for person in people:
            for column, value in ((_ID, str(person.id)), (_EMAIL, person.email), (_NAME, person.name)):
                self._by[column].setdefault(_key(value), []).append(person)

    def find(self, row: Sequence[str]) -> tuple[SheetPerson | None, Fault, str]:
        for column in (_ID, _EMAIL, _NAME):
            index = self._who.get(column)
            value = _bare(row[index]) if index is not None and index < len(row) else ""
            if value:
                found = self._by[column].get(_key(value), [])
                if len(found) == 1:
                    return found[0], Fault.UNKNOWN_STUDENT, value
                return None, Fault.SEVERAL_STUDENTS if found else Fault.UNKNOWN_STUDENT, value[:CELL_MAX_CHARS]
        return None, Fault.UNKNOWN_STUDENT, ""


def _rows(text: str) -> list[tuple[int, list[str]]]:
    lines = text.split("\n", 1)
    delimiter = None
    offset = 0
    # Excel writes so which delimiter it has used.
    if re.fullmatch(r"sep=(.)\r?", lines[0], re.IGNORECASE) and len(lines) == 2:
        delimiter, text, offset = lines[0][4], lines[1], 1
    if delimiter is None:
        head = re.sub(r'"[^"]*"', "", lines[0])
        delimiter = max(_DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((reader.line_num + offset, row))
            if len(rows) > ROWS_MAX or len(row) > COLUMNS_MAX:
                raise NotATable("too_large")
    except csv.Error as error:
        raise NotATable("damaged") from error
    return rows


def _points(written: str, item: SheetItem) -> Decimal | None:
    if _key(written) == EXCUSED:
        return None
    mark = item.marks.get(_key(written))
    if mark is not None:
        return mark
    if not _NUMBER.fullmatch(written):
        raise ValueError("no number with at most two decimals")
    return Decimal(written.replace(",", ".")).quantize(Decimal("0.01"))


def _bare(cell: str) -> str:
    stripped = cell.strip()
    # What `_cell` puts before what looks like a formula.
    return stripped[1:] if stripped.startswith("'") and stripped[1:].startswith(_FORMULA_STARTS) else stripped


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _key(text: str) -> str:
    return unicodedata.normalize("NFKC", _bare(text)).casefold().strip()
