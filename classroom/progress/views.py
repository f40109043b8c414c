"""What is read of progress: a board for its members, its figures, its table, and one's own rows."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select

from auth.actions import Person
from classroom.classes.actions import ClassAccess
from classroom.classes.models import ClassRole, ClassRow, MembershipRow
from classroom.progress.board import (
    Contents,
    ShownColumn,
    add_missing_columns,
    columns_of,
    contents_of,
    contents_of_all,
    ensure_board,
    ensure_page,
    missing_documents,
    refresh,
)
from classroom.progress.models import BoardRow, CellRow, PageRow
from classroom.progress.remarks import adopt_remarks, foreign_remarks, with_foreign_remarks
from classroom.progress.rules import UNTOUCHED, Standing, table
from collab_server.live import LiveDocuments
from persistence.database import Database, Transaction
from persistence.reading import Reader, prepared

_CLASS, _PERSON = bindparam("class_id", type_=Uuid), bindparam("person_id", type_=Uuid)
_READY = prepared(
    select(
        BoardRow.document_id.label("board"),
        PageRow.document_id.label("page"),
        missing_documents(_CLASS).exists().label("lacks_columns"),
        foreign_remarks().label("lacks_remarks"),
    )
    .outerjoin(PageRow, (PageRow.class_id == BoardRow.class_id) & (PageRow.user_id == _PERSON))
    .where(BoardRow.class_id == _CLASS)
)


_OWN_BOARDS = prepared(
    select(ClassRow)
    .join(MembershipRow, MembershipRow.class_id == ClassRow.id)
    .join(BoardRow, BoardRow.class_id == ClassRow.id)
    .where(
        MembershipRow.user_id == _PERSON,
        MembershipRow.role == ClassRole.STUDENT,
        ClassRow.deleted_at.is_(None),
    )
    .order_by(ClassRow.id)
)


async def open_board(
    database: Database, live: LiveDocuments, access: ClassAccess, person: Person
) -> tuple[UUID, list[ShownColumn]]:
    """Return the document that shows somebody the progress of a class, and its columns.

    Teachers get the class's document, a student the one that has their row alone. It is made when it is opened for the first time.
    """
    class_id = access.row.id
    document_id = await _made_already(database.reader, access, person)
    if document_id is None:
        async with database.transaction() as transaction:
            document_id = await _make(transaction, live, access, person)
    columns = await columns_of(database.reader, class_id)
    return document_id, columns if access.teaches else [column for column in columns if column.is_for(person.id)]


async def _made_already(reader: Reader, access: ClassAccess, person: Person) -> UUID | None:
    """Return the document that shows somebody the progress of a class, where it is there and shows everything."""
    values = {"class_id": access.row.id, "person_id": person.id}
    found = (await reader.execute(_READY, values)).one_or_none()
    if found is None:
        return None
    board, page, lacks_columns, lacks_remarks = found
    if lacks_columns:
        return None
    if access.teaches:
        return board
    return None if lacks_remarks else page


async def _make(transaction: Transaction, live: LiveDocuments, access: ClassAccess, person: Person) -> UUID:
    session, class_id = transaction.session, access.row.id
    board = await session.get(BoardRow, class_id)
    if board is None or await session.scalar(missing_documents(class_id).limit(1)) is not None:
        board = await ensure_board(session, class_id)
        await add_missing_columns(session, class_id)
        await refresh(transaction, live, board)
    if access.teaches:
        return board.document_id
    await adopt_remarks(transaction, live, class_id)
    return (await ensure_page(transaction, await ensure_board(session, class_id), person.id)).document_id


async def all_of(database: Database, live: LiveDocuments, class_id: UUID) -> Contents:
    """Return all of a class's board but the hidden columns, with the remarks that other programs have written."""
    await _adopt_remarks(database, live, [class_id])
    contents = await contents_of(database.reader, class_id)
    return Contents(
        columns=[column for column in contents.columns if not column.row.hidden],
        students=sorted(contents.students, key=lambda student: student.name.casefold()),
        cells=contents.cells,
        remarks=contents.remarks,
    )


def standing_of(row: CellRow | None) -> Standing:
    """Return what a row says, for the rules."""
    return UNTOUCHED if row is None else Standing(state=row.state, stuck=row.stuck, score=row.score)


def as_csv(contents: Contents) -> str:
    """Return a board as a table for spreadsheets."""
    return table(
        [(column.row.id, column.title) for column in contents.columns],
        [(student.id, student.name) for student in contents.students],
        standings={
            user_id: {column_id: standing_of(row) for column_id, row in rows.items()}
            for user_id, rows in contents.cells.items()
        },
        remarks={
            user_id: {column_id: row.remark for column_id, row in rows.items()}
            for user_id, rows in contents.remarks.items()
        },
    )


async def own_progress(database: Database, live: LiveDocuments, person: Person) -> list[tuple[ClassRow, Contents]]:
    """Return somebody's own row of each board on which they are a student, newest class first."""
    reader = database.reader
    classes = (await reader.scalars(_OWN_BOARDS, {"person_id": person.id})).all()
    await _adopt_remarks(database, live, [row.id for row in classes])
    boards = await contents_of_all(reader, [row.id for row in classes], only=person.id)
    found = []
    for row in classes:
        contents = boards[row.id]
        own = [column for column in contents.columns if column.is_for(person.id)]
        found.append(
            (row, Contents(columns=own, students=contents.students, cells=contents.cells, remarks=contents.remarks))
        )
    return found[::-1]


async def _adopt_remarks(database: Database, live: LiveDocuments, class_ids: Sequence[UUID]) -> None:
    behind = await with_foreign_remarks(database.reader, class_ids)
    if not behind:
        return
    async with database.transaction() as transaction:
        # In the order of ids, as all who lock several boards do.
        for class_id in behind:
            await adopt_remarks(transaction, live, class_id)
