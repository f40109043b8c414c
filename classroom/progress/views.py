"""What is read of progress: a board for its members, its figures, its table, and one's own rows."""

from uuid import UUID

from sqlalchemy import select

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
from classroom.progress.remarks import adopt_remarks, with_foreign_remarks
from classroom.progress.rules import UNTOUCHED, Standing, table
from collab_server.live import LiveDocuments
from persistence.database import Transaction


async def open_board(
    transaction: Transaction, live: LiveDocuments, access: ClassAccess, person: Person
) -> tuple[UUID, list[ShownColumn]]:
    """Return the document that shows somebody the progress of a class, and its columns.

    Teachers get the class's document, a student the one that has their row alone. It is made when it is opened for the first time.
    """
    session, class_id = transaction.session, access.row.id
    board = await session.get(BoardRow, class_id)
    if board is None or await session.scalar(missing_documents(class_id).limit(1)) is not None:
        board = await ensure_board(session, class_id)
        await add_missing_columns(session, class_id)
        await refresh(transaction, live, board)
    if access.teaches:
        return board.document_id, await columns_of(session, class_id)
    await adopt_remarks(transaction, live, class_id)
    page = await session.get(PageRow, (class_id, person.id))
    if page is None:
        page = await ensure_page(transaction, await ensure_board(session, class_id), person.id)
    return page.document_id, [column for column in await columns_of(session, class_id) if column.is_for(person.id)]


async def all_of(transaction: Transaction, live: LiveDocuments, class_id: UUID) -> Contents:
    """Return all of a class's board but the hidden columns, with the remarks that other programs have written."""
    await adopt_remarks(transaction, live, class_id)
    contents = await contents_of(transaction.session, class_id)
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


async def own_progress(
    transaction: Transaction, live: LiveDocuments, person: Person
) -> list[tuple[ClassRow, Contents]]:
    """Return somebody's own row of each board on which they are a student, newest class first."""
    session = transaction.session
    classes = (
        await session.scalars(
            select(ClassRow)
            .join(MembershipRow, MembershipRow.class_id == ClassRow.id)
            .join(BoardRow, BoardRow.class_id == ClassRow.id)
            .where(
                MembershipRow.user_id == person.id,
                MembershipRow.role == ClassRole.STUDENT,
                ClassRow.deleted_at.is_(None),
            )
            .order_by(ClassRow.id)
        )
    ).all()
    # In the order of ids, as all who lock several boards do.
    for class_id in await with_foreign_remarks(session, [row.id for row in classes]):
        await adopt_remarks(transaction, live, class_id)
    boards = await contents_of_all(session, [row.id for row in classes], only=person.id)
    found = []
    for row in classes:
        contents = boards[row.id]
        own = [column for column in contents.columns if column.is_for(person.id)]
        found.append(
            (row, Contents(columns=own, students=contents.students, cells=contents.cells, remarks=contents.remarks))
        )
    return found[::-1]
