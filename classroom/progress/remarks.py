"""Remarks on students' work: rows, shown on the class's board and to the student they are about."""

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

from pycrdt import Doc, Map
from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, any_, bindparam, delete, exists, select
from sqlalchemy.dialects.postgresql import insert

from auth.errors import NotFound
from classroom.documents.export import updates_of
from classroom.progress.board import contents_of, lock_board, show_page
from classroom.progress.models import BoardRow, PageRow, RemarkRow
from collab_server.live import LiveDocuments
from documents.kinds import Kind
from documents.progress import put_remark, remark_of
from documents.reading import plain, state
from persistence.database import Transaction
from persistence.log_tables import DocumentHead, DocumentUpdate
from persistence.reading import Asking, prepared


async def set_remark(
    transaction: Transaction,
    live: LiveDocuments,
    board: BoardRow,
    *,
    user_id: UUID,
    column_id: UUID,
    remark: str | None,
    by: UUID,
) -> None:
    """Write a remark, or take it away, in the row and in the documents. The board must be locked.

    Raises:
        NotFound: there is no such student or column in the class.
    """
    contents = await contents_of(transaction.session, board.class_id, only=user_id)
    if not contents.students or all(column.row.id != column_id for column in contents.columns):
        raise NotFound
    await adopt_remarks(transaction, live, board.class_id)
    await _keep(transaction, user_id=user_id, column_id=column_id, remark=remark, by=by)

    def show(doc: Doc[Any]) -> None:
        put_remark(doc, str(user_id), str(column_id), remark)

    live.edit(transaction, board.document_id, Kind.PROGRESS, show, by=by)
    await _show_pages(transaction, live, board, {user_id})


async def adopt_remarks(transaction: Transaction, live: LiveDocuments, class_id: UUID) -> None:
    """Make rows of the remarks that teachers wrote into the board's document with other programs, and show the students theirs.

    What makes no sense is left where it is; the row counts.
    """
    session = transaction.session
    if not await with_foreign_remarks(session, [class_id]):
        return
    board = await lock_board(session, class_id)
    if board is None:
        return
    seq = await session.scalar(select(DocumentHead.seq).where(DocumentHead.document_id == board.document_id))
    if seq is None:
        return
    written = state(Kind.PROGRESS, await updates_of(session, board.document_id))
    marks = plain(written.get("marks", type=Map))
    contents = await contents_of(session, class_id)
    changed = set()
    for student in contents.students:
        for column in contents.columns:
            row = contents.remarks.get(student.id, {}).get(column.row.id)
            before = None if row is None else row.remark
            remark = remark_of(marks, str(student.id), str(column.row.id), before)
            if remark != before:
                await _keep(transaction, user_id=student.id, column_id=column.row.id, remark=remark, by=None)
                changed.add(student.id)
    board.remarks_seq = seq
    await _show_pages(transaction, live, board, changed)


async def with_foreign_remarks(session: Asking, class_ids: Sequence[UUID]) -> Sequence[UUID]:
    """Return, in the order of ids, in whose boards other programs have written since their remarks were last made rows."""
    return (await session.scalars(_with_foreign_remarks(), {"class_ids": class_ids})).all()


@cache
def _with_foreign_remarks() -> Select[UUID]:
    asked = bindparam("class_ids", type_=ARRAY(Uuid))
    return prepared(
        select(BoardRow.class_id).where(BoardRow.class_id == any_(asked), foreign_remarks()).order_by(BoardRow.class_id)
    )


def unread_after(document_id: UUID) -> Select[int]:
    """Select after which row of a board's log other programs have written what has not yet become rows, where they have."""
    return select(BoardRow.remarks_seq).where(BoardRow.document_id == document_id, foreign_remarks())


def foreign_remarks() -> ColumnElement[bool]:
    """Say in SQL that other programs have written into a board since their remarks were last made rows."""
    # What the server writes itself has no session.
    return exists().where(
        DocumentUpdate.document_id == BoardRow.document_id,
        DocumentUpdate.seq > BoardRow.remarks_seq,
        DocumentUpdate.session_id.is_not(None),
    )


async def _keep(
    transaction: Transaction, *, user_id: UUID, column_id: UUID, remark: str | None, by: UUID | None
) -> None:
    if remark is None:
        await transaction.session.execute(
            delete(RemarkRow).where(RemarkRow.column_id == column_id, RemarkRow.user_id == user_id)
        )
        return
    values = {"remark": remark, "written_by": by}
    await transaction.session.execute(
        insert(RemarkRow)
        .values(column_id=column_id, user_id=user_id, **values)
        .on_conflict_do_update(index_elements=[RemarkRow.column_id, RemarkRow.user_id], set_=values)
    )


async def _show_pages(transaction: Transaction, live: LiveDocuments, board: BoardRow, students: set[UUID]) -> None:
    if not students:
        return
    contents = await contents_of(transaction.session, board.class_id)
    pages = await transaction.session.scalars(
        select(PageRow).where(PageRow.class_id == board.class_id, PageRow.user_id.in_(students))
    )
    for page in pages.all():
        show_page(transaction, live, page, contents)
