"""Read a list of people as schools have them: CSV from any spreadsheet, in any of the usual encodings. Pure."""

import codecs
import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from auth.registration import RegistrationMode
from auth.rules import clean_text, normalise_email

ROWS_MAX = 10_000
# Empty lines are no rows, but each takes memory.
LINES_MAX = 100_000
MEMBERS_MAX = 10_000
SHOWN_CHARS = 200
SEPARATORS = ";,\t"
_SNIFFED_LINES = 20

# Titles of columns as the school programs of our languages write them, without case and spaces.
_EMAIL_TITLES = frozenset(
    {"email", "e-mail", "mail", "emailaddress", "e-mailaddress", "e-mail-adresse", "emailadresse"}
)
_NAME_TITLES = frozenset({"name", "fullname", "displayname", "student", "vollständigername", "schüler", "schüler/in"})
_FIRST_TITLES = frozenset({"firstname", "givenname", "forename", "vorname", "rufname"})
_LAST_TITLES = frozenset({"lastname", "surname", "familyname", "nachname", "familienname"})


class Fault(StrEnum):
    """What is wrong with a row, or with a whole file."""

    NO_EMAIL = "no_email"
    BAD_EMAIL = "bad_email"
    BAD_NAME = "bad_name"
    DUPLICATE = "duplicate"
    UNREADABLE = "unreadable"
    UNKNOWN_ADDRESS = "unknown_address"
    NOT_FOR_CLASSES = "not_for_classes"


class RosterInvalid(Exception):
    """A file is no list of people at all; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterRow:
    """Somebody in the list; `line` is where a text editor shows them."""

    line: int
    email: str
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A row that cannot be used, and the beginning of it. `first_line`: of a duplicate, where it stood first."""

    line: int
    fault: Fault
    text: str
    first_line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """A list of people as it was read."""

    encoding: str
    separator: str
    rows: Sequence[RosterRow]
    bad: Sequence[BadRow]


@dataclass(frozen=True, slots=True)
class _Columns:
    email: int
    names: tuple[int, ...]


def read_roster(data: bytes) -> Roster:
    """Read a list: one person per row, with a column of addresses and, if there are any, of names.

    Which columns these are is told by their titles; without titles, by where the addresses stand.

    Raises:
        RosterInvalid: `encoding_unknown`, `no_email_column`, `no_rows` or `too_many_rows`.
    """
    text, encoding = decode(data)
    if text.count("\n") + text.count("\r") > LINES_MAX:
        raise RosterInvalid("too_many_rows")
    separator, text, skipped = _separator(text)
    rows: list[RosterRow] = []
    bad: list[BadRow] = []
    columns: _Columns | None = None
    seen: dict[str, int] = {}
    for line, cells in _cells(text, separator, first_line=skipped + 1):
        if cells is not None and not any(cell.strip() for cell in cells):
            continue
        if columns is None and cells is not None:
            titled = _titled(cells)
            columns = titled or _untitled(cells)
            if columns is None:
                raise RosterInvalid("no_email_column")
            if titled is not None:
                continue
        if len(rows) + len(bad) >= ROWS_MAX:
            raise RosterInvalid("too_many_rows")
        if cells is None or columns is None:
            bad.append(BadRow(line=line, fault=Fault.UNREADABLE, text=""))
            continue
        row = _row(line, cells, columns)
        first = seen.setdefault(row.email, line) if isinstance(row, RosterRow) else line
        if isinstance(row, RosterRow) and first == line:
            rows.append(row)
        elif isinstance(row, RosterRow):
            bad.append(BadRow(line=line, fault=Fault.DUPLICATE, text=_shown(cells), first_line=first))
        else:
            bad.append(row)
    if not rows and not bad:
        raise RosterInvalid("no_rows" if columns is not None else "no_email_column")
    return Roster(encoding=encoding, separator=separator, rows=rows, bad=bad)


def decode(data: bytes) -> tuple[str, str]:
    """Return the text of a file and the name of its encoding: by its mark, else UTF-8, else what Windows writes.

    Raises:
        RosterInvalid: `encoding_unknown`.
    """
    try:
        for mark, encoding in (
            (codecs.BOM_UTF8, "utf-8"),
            (codecs.BOM_UTF16_LE, "utf-16-le"),
            (codecs.BOM_UTF16_BE, "utf-16-be"),
        ):
            if data.startswith(mark):
                return data[len(mark) :].decode(encoding), encoding
        # Without a mark, every other byte of the separators and line ends is zero.
        head = data[:1000]
        if b"\0" in head:
            encoding = "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
            return data.decode(encoding), encoding
        try:
            return data.decode("utf-8"), "utf-8"
        except UnicodeDecodeError:
            return data.decode("windows-1252"), "windows-1252"
    except UnicodeDecodeError:
        raise RosterInvalid("encoding_unknown") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An account that an address belongs to. `may_join`: it is no account for the house's office."""

    user_id: UUID
    name: str
    may_join: bool


class Outcome(StrEnum):
    """What becomes of a row that can be used."""

    ADD = "add"
    ALREADY_IN = "already_in"
    INVITE = "invite"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """What becomes of each row."""

    outcomes: Sequence[tuple[RosterRow, Outcome]]
    bad: Sequence[BadRow]


def sort_out(roster: Roster, *, known: Mapping[str, Known], members: Collection[UUID], may_invite: bool) -> Sorted:
    """Say what becomes of each row.

    Args:
        roster: what was read.
        known: address → the account it belongs to.
        members: ids of who is in the class already.
        may_invite: whether unknown addresses become invitations.
    """
    outcomes, bad = [], list(roster.bad)
    for row in roster.rows:
        account = known.get(row.email)
        fault = None
        if account is None and not may_invite:
            fault = Fault.UNKNOWN_ADDRESS
        elif account is not None and not account.may_join:
            fault = Fault.NOT_FOR_CLASSES
        if fault is not None:
            bad.append(BadRow(line=row.line, fault=fault, text=row.email))
        elif account is None:
            outcomes.append((row, Outcome.INVITE))
        else:
            outcomes.append((row, Outcome.ALREADY_IN if account.user_id in members else Outcome.ADD))
    return Sorted(outcomes=outcomes, bad=sorted(bad, key=lambda each: each.line))


def may_invite(mode: RegistrationMode) -> bool:
    """Tell whether a teacher's word is enough for a student to register.

    Where anybody may register it is; where an invitation is needed, a teacher's is one. Where administrators decide about each account,
    or nobody may register, a list of addresses must not be a way around them.
    """
    return mode in (RegistrationMode.OPEN, RegistrationMode.INVITATION)


def _separator(text: str) -> tuple[str, str, int]:
    """Return the separator, the text without Excel's own line about it, and how many lines that took."""
    first, _, rest = text.partition("\n")
    if (
        first.strip().lower().startswith("sep=")
        and len(first.strip()) == len("sep=;")
        and first.strip()[-1] in SEPARATORS
    ):
        return first.strip()[-1], rest, 1
    head = "\n".join(text.splitlines()[:_SNIFFED_LINES])
    return max(SEPARATORS, key=lambda each: (head.count(each), -SEPARATORS.index(each))), text, 0


def _cells(text: str, separator: str, *, first_line: int) -> Iterator[tuple[int, list[str] | None]]:
    """Yield the line on which each row begins, and its cells; None where they cannot be read.

    Cells may have lines of their own. But where a quotation mark is never closed, it would take the rest of the file with it: from there
    on each line is a row.
    """
    lines = list(io.StringIO(text, newline=""))
    begun = 0
    reader = csv.reader(lines, delimiter=separator, strict=True)
    try:
        for cells in reader:
            yield begun + first_line, cells
            begun = reader.line_num
    except csv.Error:
        for number in range(begun, len(lines)):
            try:
                yield (
                    number + first_line,
                    next(csv.reader([lines[number].rstrip("\r\n")], delimiter=separator, strict=True), []),
                )
            except csv.Error:
                yield number + first_line, None


def _title(cell: str) -> str:
    return "".join(cell.split()).casefold()


def _titled(cells: Sequence[str]) -> _Columns | None:
    titles = [_title(cell) for cell in cells]
    email = next((index for index, title in enumerate(titles) if title in _EMAIL_TITLES), None)
    if email is None:
        return None
    for wanted in ((_FIRST_TITLES, _LAST_TITLES), (_NAME_TITLES,), (_LAST_TITLES,), (_FIRST_TITLES,)):
        found = [next((index for index, title in enumerate(titles) if title in each), None) for each in wanted]
        names = tuple(index for index in found if index is not None)
        if len(names) == len(wanted):
            return _Columns(email, names)
    return _Columns(email, ())


def _untitled(cells: Sequence[str]) -> _Columns | None:
    email = next((index for index, cell in enumerate(cells) if "@" in cell), None)
    if email is None:
        return None
    return _Columns(email, tuple(index for index, cell in enumerate(cells) if index != email and cell.strip())[:2])


def _row(line: int, cells: Sequence[str], columns: _Columns) -> RosterRow | BadRow:
    def cell(index: int) -> str:
        return cells[index].strip() if index < len(cells) else ""

    if not cell(columns.email):
        return BadRow(line=line, fault=Fault.NO_EMAIL, text=_shown(cells))
    try:
        email = normalise_email(cell(columns.email))
    except ValueError:
        return BadRow(line=line, fault=Fault.BAD_EMAIL, text=_shown(cells))
    name = " ".join(text for text in map(cell, columns.names) if text)
    try:
        return RosterRow(line=line, email=email, name=clean_text(name) if name else None)
    except ValueError:
        return BadRow(line=line, fault=Fault.BAD_NAME, text=_shown(cells))


def _shown(cells: Sequence[str]) -> str:
    """Return the beginning of a row, to find it again; what cannot be kept as text is left out."""
    text = " ".join(cell.strip() for cell in cells if cell.strip())
    return "".join(each for each in text if each.isprintable())[:SHOWN_CHARS]
