"""A class's board: its rows, and the documents that show them.

Whoever changes more than one cell locks the board first (``lock_board``); whoever moves a cell shares that lock. So what is read
here under the lock is complete, and the documents can be made to show exactly it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from pycrdt import Doc
from sqlalchemy import ARRAY, Select, Uuid, and_, any_, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.models import UserRow
from classroom.classes.models import ClassRole, ClassRow, MembershipRow
from classroom.documents.actions import add_document
from classroom.documents.models import DocumentAccessRow, DocumentRow
from classroom.progress.models import ActivityKind, BoardRow, CellRow, ColumnRow, PageRow, RemarkRow
from collab_server.live import LiveDocuments
from documents.access import Level, decide
from documents.kinds import Kind
from documents.progress import Board, Cell, Column, put_board, put_remarks
from persistence.database import Transaction
from persistence.ids import new_id
from persistence.reading import Asking, Bound, prepared

BOARD_TITLE = "Progress"

AboutPerson = TypeVar("AboutPerson", CellRow, RemarkRow)
Filling = Callable[[Sequence[ColumnRow]], tuple[Iterable[CellRow], Iterable[RemarkRow]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownColumn:
    """A column with the title and type that it is shown with, and which students it is for (None: all)."""

    row: ColumnRow
    title: str
    type: str
    document: DocumentRow | None
    personal: dict[UUID, Level]

    def is_for(self, student: UUID) -> bool:
        """Tell whether a student has it in their own row: it is not hidden, and its document is not kept from them."""
        if self.row.hidden:
            return False
        if self.document is None:
            return True
        personal = self.personal.get(student)
        level = decide(self.document.kind, role_in_class="student", students=self.document.students, personal=personal)
        return level is not Level.NONE

    def as_column(self) -> Column:
        """Return it as a board has it."""
        row = self.row
        return Column(id=str(row.id), title=self.title, type=self.type, due_at=row.due_at, hidden=row.hidden)


@dataclass(frozen=True, slots=True, kw_only=True)
class Student:
    """A student of a class, by name."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """All of a class's board as the rows have it."""

    columns: Sequence[ShownColumn]
    students: Sequence[Student]
    cells: dict[UUID, dict[UUID, CellRow]]
    remarks: dict[UUID, dict[UUID, RemarkRow]]

    def as_board(self) -> Board:
        """Return what the class's board shows: everybody, for the teachers."""
        return self._board(self.columns, self.students)

    def as_page(self, student: UUID) -> Board:
        """Return what one student's own document shows."""
        return self._board(
            [column for column in self.columns if column.is_for(student)],
            [each for each in self.students if each.id == student],
        )

    def _board(self, columns: Sequence[ShownColumn], students: Sequence[Student]) -> Board:
        ids = {column.row.id for column in columns}
        return Board(
            columns=[column.as_column() for column in columns],
            people={str(student.id): student.name for student in students},
            cells={
                str(student.id): {
                    str(column_id): as_cell(row)
                    for column_id, row in self.cells.get(student.id, {}).items()
                    if column_id in ids
                }
                for student in students
            },
            remarks={
                str(student.id): {
                    str(column_id): row.remark
                    for column_id, row in self.remarks.get(student.id, {}).items()
                    if column_id in ids
                }
                for student in students
            },
        )


def as_cell(row: CellRow) -> Cell:
    """Return a cell as documents have it."""
    return Cell(state=row.state, stuck=row.stuck, score=row.score, at=row.changed_at)


async def lock_board(session: AsyncSession, class_id: UUID) -> BoardRow | None:
    """Return a class's board, with nobody else changing it until the transaction ends; None where it has none yet."""
    board: BoardRow | None = await session.scalar(
        select(BoardRow)
        .where(BoardRow.class_id == class_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return board


async def ensure_board(session: AsyncSession, class_id: UUID) -> BoardRow:
    """Return a class's board, locked; it is made when somebody needs it for the first time."""
    board = await lock_board(session, class_id)
    if board is None:
        # Others who find no board wait for this lock, and then find it.
        await session.execute(select(ClassRow.id).where(ClassRow.id == class_id).with_for_update(key_share=True))
        board = await lock_board(session, class_id) or await add_board(session, class_id)
    return board


async def add_board(
    session: AsyncSession, class_id: UUID, *, own_columns: Sequence[ColumnRow] = (), fill: Filling | None = None
) -> BoardRow:
    """Add a class's board with a column for each of its documents, and then its own ones.

    fill: what the cells say from the start, given the columns.
    """
    documents = (await session.scalars(_listed_documents(class_id))).all()
    columns = [*map(document_column, documents), *own_columns]
    for position, column in enumerate(columns):
        column.id, column.class_id, column.position = new_id(), class_id, position
    cells, remarks = fill(columns) if fill is not None else ((), ())
    contents = Contents(
        columns=[
            _shown(column, document, {})
            for column, document in zip(columns, [*documents, *(None for _ in own_columns)], strict=True)
        ],
        students=await students_of(session, class_id),
        cells=_by_person(cells),
        remarks=_by_person(remarks),
    )

    def content(doc: Doc[Any]) -> None:
        put_board(doc, contents.as_board())
        put_remarks(doc, contents.as_board().remarks)

    document = await add_document(
        session,
        class_id=class_id,
        created_by=None,
        kind=Kind.PROGRESS,
        title=BOARD_TITLE,
        students=Level.NONE,
        content=content,
        listed=False,
    )
    board = BoardRow(class_id=class_id, document_id=document.id, remarks_seq=1)
    session.add(board)
    await session.flush()
    session.add_all(columns)
    await session.flush()
    session.add_all([*_rows(contents.cells), *_rows(contents.remarks)])
    await session.flush()
    return board


async def add_missing_columns(session: AsyncSession, class_id: UUID) -> None:
    """Give every document of the class that has none a column. The board must be locked."""
    missing = (await session.scalars(missing_documents(class_id))).all()
    if not missing:
        return
    position = await next_position(session, class_id)
    for offset, document in enumerate(missing):
        column = document_column(document)
        column.id, column.class_id, column.position = new_id(), class_id, position + offset
        session.add(column)
    await session.flush()


def missing_documents(class_id: Bound[UUID]) -> Select[DocumentRow]:
    """Select the documents of a class that have no column yet."""
    known = select(ColumnRow.activity_id).where(
        ColumnRow.class_id == class_id, ColumnRow.activity_kind == ActivityKind.DOCUMENT
    )
    return _listed_documents(class_id).where(DocumentRow.id.not_in(known))


async def next_position(session: AsyncSession, class_id: UUID) -> int:
    """Return the position behind all columns of a class."""
    last = await session.scalar(
        select(ColumnRow.position).where(ColumnRow.class_id == class_id).order_by(ColumnRow.position.desc()).limit(1)
    )
    return 0 if last is None else last + 1


def document_column(document: DocumentRow) -> ColumnRow:
    """Return a column about a document; it has the document's title for as long as nobody gives it another."""
    return ColumnRow(activity_kind=ActivityKind.DOCUMENT, activity_id=document.id, hidden=False)


_CLASSES, _COLUMN_IDS = bindparam("class_ids", type_=ARRAY(Uuid)), bindparam("column_ids", type_=ARRAY(Uuid))
_COLUMNS = prepared(
    select(ColumnRow, DocumentRow)
    .outerjoin(
        DocumentRow,
        and_(DocumentRow.id == ColumnRow.activity_id, ColumnRow.activity_kind == ActivityKind.DOCUMENT),
    )
    .where(
        ColumnRow.class_id == any_(_CLASSES),
        ColumnRow.removed_at.is_(None),
        or_(
            ColumnRow.activity_kind.is_distinct_from(ActivityKind.DOCUMENT),
            and_(DocumentRow.id.is_not(None), DocumentRow.deleted_at.is_(None)),
        ),
    )
    .order_by(ColumnRow.position, ColumnRow.id)
    .execution_options(populate_existing=True)
)
_PERSONAL = prepared(
    select(DocumentAccessRow).where(DocumentAccessRow.document_id == any_(bindparam("document_ids", type_=ARRAY(Uuid))))
)
_STUDENTS = (
    select(MembershipRow.class_id, UserRow.id, UserRow.name)
    .join(MembershipRow, MembershipRow.user_id == UserRow.id)
    .where(MembershipRow.class_id == any_(_CLASSES), MembershipRow.role == ClassRole.STUDENT)
    .order_by(MembershipRow.joined_at, UserRow.id)
)
_CELLS = select(CellRow).where(CellRow.column_id == any_(_COLUMN_IDS)).execution_options(populate_existing=True)
_REMARKS = select(RemarkRow).where(RemarkRow.column_id == any_(_COLUMN_IDS)).execution_options(populate_existing=True)
_ONLY = bindparam("only", type_=Uuid)
_ALL_STUDENTS, _ALL_CELLS, _ALL_REMARKS = prepared(_STUDENTS), prepared(_CELLS), prepared(_REMARKS)
_ONE_STUDENT = prepared(_STUDENTS.where(UserRow.id == _ONLY))
_OWN_CELLS, _OWN_REMARKS = (
    prepared(_CELLS.where(CellRow.user_id == _ONLY)),
    prepared(_REMARKS.where(RemarkRow.user_id == _ONLY)),
)


async def columns_of(session: Asking, class_id: UUID) -> list[ShownColumn]:
    """Return a board's columns in order: not those that were removed, nor those of deleted documents."""
    return (await _columns_of_all(session, [class_id]))[class_id]


async def _columns_of_all(session: Asking, class_ids: Sequence[UUID]) -> dict[UUID, list[ShownColumn]]:
    rows = (await session.execute(_COLUMNS, {"class_ids": class_ids})).all()
    found: list[tuple[ColumnRow, DocumentRow | None]] = [(column, document) for column, document in rows]
    ids = [document.id for _, document in found if document is not None]
    personal: dict[UUID, dict[UUID, Level]] = {}
    for access in (await session.scalars(_PERSONAL, {"document_ids": ids})).all():
        personal.setdefault(access.document_id, {})[access.user_id] = access.access
    columns: dict[UUID, list[ShownColumn]] = {class_id: [] for class_id in class_ids}
    for column, document in found:
        columns[column.class_id].append(
            _shown(column, document, {} if document is None else personal.get(document.id, {}))
        )
    return columns


async def students_of(session: Asking, class_id: UUID) -> list[Student]:
    """Return the students of a class, in the order in which they joined."""
    return (await _students_of_all(session, [class_id], only=None))[class_id]


async def _students_of_all(
    session: Asking, class_ids: Sequence[UUID], *, only: UUID | None
) -> dict[UUID, list[Student]]:
    values = {"class_ids": class_ids, "only": only}
    found = (await session.execute(_ALL_STUDENTS if only is None else _ONE_STUDENT, values)).all()
    students: dict[UUID, list[Student]] = {class_id: [] for class_id in class_ids}
    for row in found:
        students[row.class_id].append(Student(id=row.id, name=row.name))
    return students


async def contents_of(session: Asking, class_id: UUID, *, only: UUID | None = None) -> Contents:
    """Return all of a class's board; `only`: as far as it is about one student."""
    return (await contents_of_all(session, [class_id], only=only))[class_id]


async def contents_of_all(
    session: Asking, class_ids: Sequence[UUID], *, only: UUID | None = None
) -> dict[UUID, Contents]:
    """Return the boards of several classes, as `contents_of`. Five queries, however many classes."""
    columns = await _columns_of_all(session, class_ids)
    students = await _students_of_all(session, class_ids, only=only)
    ids = [column.row.id for shown in columns.values() for column in shown]
    values = {"column_ids": ids, "only": only}
    all_cells = (await session.scalars(_ALL_CELLS if only is None else _OWN_CELLS, values)).all()
    all_remarks = (await session.scalars(_ALL_REMARKS if only is None else _OWN_REMARKS, values)).all()
    found = {}
    for class_id, shown in columns.items():
        own = {column.row.id for column in shown}
        found[class_id] = Contents(
            columns=shown,
            students=students[class_id],
            cells=_by_person(row for row in all_cells if row.column_id in own),
            remarks=_by_person(row for row in all_remarks if row.column_id in own),
        )
    return found


async def refresh(transaction: Transaction, live: LiveDocuments, board: BoardRow, *, remarks: bool = False) -> None:
    """Make the documents of a board show what the rows say. The board must be locked.

    remarks: also where another program has written remarks into the class's document that no row has.
    """
    session = transaction.session
    await session.flush()
    contents = await contents_of(session, board.class_id)
    whole = contents.as_board()

    def show(doc: Doc[Any]) -> None:
        put_board(doc, whole)
        if remarks:
            put_remarks(doc, whole.remarks)

    live.edit(transaction, board.document_id, Kind.PROGRESS, show)
    present = {student.id for student in contents.students}
    for page in (await session.scalars(select(PageRow).where(PageRow.class_id == board.class_id))).all():
        if page.user_id in present:
            show_page(transaction, live, page, contents)


def show_page(transaction: Transaction, live: LiveDocuments, page: PageRow, contents: Contents) -> None:
    """Make a student's own document show their row as the rows have it."""
    own = contents.as_page(page.user_id)

    def show(doc: Doc[Any]) -> None:
        put_board(doc, own)
        put_remarks(doc, own.remarks)

    live.edit(transaction, page.document_id, Kind.PROGRESS, show)


async def ensure_page(transaction: Transaction, board: BoardRow, student: UUID) -> PageRow:
    """Return the document that shows a student their own row; made at the first time. The board must be locked."""
    session = transaction.session
    page: PageRow | None = await session.get(PageRow, (board.class_id, student))
    if page is not None:
        return page
    own = (await contents_of(session, board.class_id, only=student)).as_page(student)

    def content(doc: Doc[Any]) -> None:
        put_board(doc, own)
        put_remarks(doc, own.remarks)

    document = await add_document(
        session,
        class_id=board.class_id,
        created_by=None,
        kind=Kind.PROGRESS,
        title=BOARD_TITLE,
        students=Level.NONE,
        content=content,
        listed=False,
    )
    session.add(DocumentAccessRow(document_id=document.id, user_id=student, access=Level.READ))
    page = PageRow(class_id=board.class_id, user_id=student, document_id=document.id)
    session.add(page)
    await session.flush()
    return page


def _listed_documents(class_id: Bound[UUID]) -> Select[DocumentRow]:
    return (
        select(DocumentRow)
        .where(DocumentRow.class_id == class_id, DocumentRow.listed, DocumentRow.deleted_at.is_(None))
        .order_by(DocumentRow.created_at, DocumentRow.id)
    )


def _shown(row: ColumnRow, document: DocumentRow | None, personal: dict[UUID, Level]) -> ShownColumn:
    title = row.title or ("" if document is None else document.title)
    kind = row.type or ("" if document is None else document.kind)
    return ShownColumn(row=row, title=title, type=str(kind), document=document, personal=personal)


def _by_person(rows: Iterable[AboutPerson]) -> dict[UUID, dict[UUID, AboutPerson]]:
    found: dict[UUID, dict[UUID, AboutPerson]] = {}
    for row in rows:
        found.setdefault(row.user_id, {})[row.column_id] = row
    return found


def _rows(by_person: dict[UUID, dict[UUID, AboutPerson]]) -> list[AboutPerson]:
    return [row for rows in by_person.values() for row in rows.values()]
