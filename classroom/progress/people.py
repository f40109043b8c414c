"""Keep the people on a board in step with the class: who joins, leaves, becomes a teacher or is renamed."""

from typing import Any
from uuid import UUID

from pycrdt import Doc
from sqlalchemy import select

from classroom.classes.models import ClassRole, MembershipRow
from classroom.progress.board import contents_of, lock_board, refresh, show_page
from classroom.progress.models import BoardRow, PageRow
from collab_server.live import LiveDocuments
from documents.kinds import Kind
from documents.progress import put_person
from persistence.database import Transaction


async def follow_person(transaction: Transaction, live: LiveDocuments, *, class_id: UUID, user_id: UUID) -> None:
    """Show somebody on a class's board as they are in the class now; call it in the transaction that changed it.

    Who leaves is shown no more. What they did is kept, and is there again when they come back.
    """
    session = transaction.session
    await session.flush()
    board = await lock_board(session, class_id)
    if board is None:
        return
    contents = await contents_of(session, class_id, only=user_id)
    shown = contents.as_board()

    def show(doc: Doc[Any]) -> None:
        put_person(doc, str(user_id), shown)

    live.edit(transaction, board.document_id, Kind.PROGRESS, show)
    page = await session.get(PageRow, (class_id, user_id))
    if page is not None and contents.students:
        show_page(transaction, live, page, contents)


async def follow_people(transaction: Transaction, live: LiveDocuments, *, class_id: UUID) -> None:
    """Show everybody on a class's board as they are in the class now, where many have changed at once."""
    await transaction.session.flush()
    board = await lock_board(transaction.session, class_id)
    if board is not None:
        await refresh(transaction, live, board)


async def follow_name(transaction: Transaction, live: LiveDocuments, *, user_id: UUID) -> None:
    """Show somebody under their new name wherever they are a student; call it in the transaction that changed it."""
    await transaction.session.flush()
    classes = await transaction.session.scalars(
        select(BoardRow.class_id)
        .join(MembershipRow, MembershipRow.class_id == BoardRow.class_id)
        .where(MembershipRow.user_id == user_id, MembershipRow.role == ClassRole.STUDENT)
        .order_by(BoardRow.class_id)
    )
    for class_id in classes.all():
        await follow_person(transaction, live, class_id=class_id, user_id=user_id)
