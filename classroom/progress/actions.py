"""Move people along: the one function that everything calls in which somebody comes further.

``move`` works in the caller's transaction, so that what happened and what the board shows of it are one change. Opening and editing
a document have no transaction of their own, so ``record_opened`` and ``record_edited`` bring one.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.selectable import TypedReturnsRows

from classroom.classes.models import ClassRole, MembershipRow
from classroom.documents.models import DocumentRow
from classroom.progress.board import add_missing_columns, ensure_board, next_position, refresh
from classroom.progress.known import KnownProgress
from classroom.progress.models import ActivityKind, BoardRow, CellRow, ColumnRow, ColumnType, PageRow
from classroom.progress.remarks import adopt_remarks
from classroom.progress.rules import Standing, moved
from collab_server.live import LiveDocuments
from documents.kinds import Kind
from documents.progress import Cell, State, put_cell
from persistence.base import utc_now
from persistence.database import Database, Transaction
from persistence.ids import new_id


@dataclass(frozen=True, slots=True)
class ActivityRef:
    """What somebody comes further with. A poll or a deck is its document: ``ActivityRef(ActivityKind.DOCUMENT, document_id)``.

    `title` and `due_at` are for the column that other kinds get at the first time; a document has its own title.
    """

    kind: ActivityKind
    id: UUID
    title: str = ""
    due_at: datetime | None = None


class ProgressServices(Protocol):
    """What recording needs of the house's services."""

    @property
    def database(self) -> Database:
        """Return the database."""

    @property
    def live(self) -> LiveDocuments:
        """Return the open documents."""

    @property
    def progress(self) -> KnownProgress:
        """Return what is known already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One cell of a board: where it is kept, where it is shown, and what it says."""

    board_document: UUID
    column: ColumnRow
    user_id: UUID
    standing: Standing

    @property
    def is_shown(self) -> bool:
        """Tell whether the column is on the board at all."""
        return self.column.removed_at is None


async def move(
    transaction: Transaction,
    live: LiveDocuments,
    *,
    class_id: UUID,
    user_id: UUID,
    activity: ActivityRef,
    to: State,
    score: float | None = None,
) -> bool:
    """Let somebody come further with an activity of a class; tell whether anything changed.

    Call it in the transaction of what happened, after what else it locks. The activity gets a column when it has none. Nobody falls
    back by it, so it may be called as often as something happens; whoever is no student of the class is passed over.

    score: with ``State.GRADED``.
    """
    session = transaction.session
    place = await _find(session, class_id, user_id, activity)
    if place is None:
        if not await _is_student(session, class_id, user_id):
            return False
        await _add_column(transaction, live, class_id, activity)
        place = await _find(session, class_id, user_id, activity)
        if place is None:
            return False
    while True:
        after = moved(place.standing, to, score=score)
        if after == place.standing:
            return False
        if await write(transaction, live, place, after):
            return True
        # Somebody else has moved the same cell meanwhile.
        place = await _find(session, class_id, user_id, activity)
        if place is None:
            return False


async def write(
    transaction: Transaction, live: LiveDocuments, place: Place, after: Standing, *, by: UUID | None = None
) -> bool:
    """Change a cell from what it was found to say, in the row and in the documents; tell whether it still said that."""
    session, column_id, user_id = transaction.session, place.column.id, place.user_id
    now = utc_now()
    as_found = and_(
        CellRow.column_id == column_id,
        CellRow.user_id == user_id,
        CellRow.state.is_not_distinct_from(place.standing.state),
        CellRow.stuck == place.standing.stuck,
        CellRow.score.is_not_distinct_from(place.standing.score),
    )
    # Read by the statement that writes: a page that is made at this moment either sees the cell, or is seen here.
    page = (
        select(PageRow.document_id)
        .where(PageRow.class_id == place.column.class_id, PageRow.user_id == user_id)
        .scalar_subquery()
    )
    values = {"state": after.state, "stuck": after.stuck, "score": after.score, "changed_at": now}
    statement: TypedReturnsRows[UUID, UUID | None]
    if not place.standing.says_something:
        statement = (
            insert(CellRow)
            .values(column_id=column_id, user_id=user_id, **values)
            .on_conflict_do_nothing()
            .returning(CellRow.column_id, page)
        )
    elif after.says_something:
        statement = update(CellRow).where(as_found).values(**values).returning(CellRow.column_id, page)
    else:
        statement = delete(CellRow).where(as_found).returning(CellRow.column_id, page)
    written = (await session.execute(statement.execution_options(synchronize_session=False))).one_or_none()
    if written is None:
        return False
    if place.is_shown:
        cell = Cell(state=after.state, stuck=after.stuck, score=after.score, at=now) if after.says_something else None
        person, column = str(user_id), str(column_id)
        documents = [place.board_document]
        page_document: UUID | None = written[1]
        if page_document is not None and not place.column.hidden:
            documents.append(page_document)
        for document_id in documents:
            live.edit(transaction, document_id, Kind.PROGRESS, lambda doc: put_cell(doc, person, column, cell), by=by)
    return True


async def record_opened(services: ProgressServices, *, document_id: UUID, user_id: UUID) -> None:
    """Note that somebody has opened a document. Costs nothing where that is known already."""
    await _record(services, document_id, user_id, State.OPENED)


async def record_edited(services: ProgressServices, *, document_id: UUID, user_id: UUID) -> None:
    """Note that somebody has changed a document. Costs nothing where that is known already.

    Who changes a board of progress itself is no student: those are remarks, written with another program.
    """
    await _record(services, document_id, user_id, State.WORKING)


async def _record(services: ProgressServices, document_id: UUID, user_id: UUID, state: State) -> None:
    known = services.progress
    if known.holds(document_id, user_id, state):
        return
    async with services.database.transaction() as transaction:
        document = (
            await transaction.session.execute(
                select(DocumentRow.class_id, DocumentRow.kind, DocumentRow.listed).where(
                    DocumentRow.id == document_id, DocumentRow.deleted_at.is_(None)
                )
            )
        ).one_or_none()
        if document is not None and document.listed:
            await move(
                transaction,
                services.live,
                class_id=document.class_id,
                user_id=user_id,
                activity=ActivityRef(ActivityKind.DOCUMENT, document_id),
                to=state,
            )
        elif document is not None and document.kind is Kind.PROGRESS and state is State.WORKING:
            await adopt_remarks(transaction, services.live, document.class_id)
            return
    known.learn(document_id, user_id, state)


async def place_of(session: AsyncSession, *, class_id: UUID, user_id: UUID, column_id: UUID) -> Place | None:
    """Return a cell of a student of the class; None where there is no such student or no such column."""
    return await _place(session, class_id, user_id, ColumnRow.id == column_id)


async def _find(session: AsyncSession, class_id: UUID, user_id: UUID, activity: ActivityRef) -> Place | None:
    return await _place(
        session,
        class_id,
        user_id,
        and_(ColumnRow.activity_kind == activity.kind, ColumnRow.activity_id == activity.id),
    )


async def _place(session: AsyncSession, class_id: UUID, user_id: UUID, which: ColumnElement[bool]) -> Place | None:
    # The board is locked against those who change more than a cell, if its column is there, which is what they would add.
    found = (
        await session.execute(
            select(BoardRow.document_id, ColumnRow, CellRow.state, CellRow.stuck, CellRow.score)
            .join(ColumnRow, ColumnRow.class_id == BoardRow.class_id)
            .join(
                MembershipRow,
                and_(
                    MembershipRow.class_id == BoardRow.class_id,
                    MembershipRow.user_id == user_id,
                    MembershipRow.role == ClassRole.STUDENT,
                ),
            )
            .outerjoin(CellRow, and_(CellRow.column_id == ColumnRow.id, CellRow.user_id == user_id))
            .where(BoardRow.class_id == class_id, which)
            .with_for_update(key_share=True, read=True, of=BoardRow)
        )
    ).one_or_none()
    if found is None:
        return None
    document_id, column, state, stuck, score = found
    return Place(
        board_document=document_id,
        column=column,
        user_id=user_id,
        standing=Standing(state=state, stuck=bool(stuck), score=score),
    )


async def _is_student(session: AsyncSession, class_id: UUID, user_id: UUID) -> bool:
    role = await session.scalar(
        select(MembershipRow.role).where(MembershipRow.class_id == class_id, MembershipRow.user_id == user_id)
    )
    return role is ClassRole.STUDENT


async def _add_column(transaction: Transaction, live: LiveDocuments, class_id: UUID, activity: ActivityRef) -> None:
    """Give an activity its column, and the class its board if it has none."""
    session = transaction.session
    board = await ensure_board(session, class_id)
    await add_missing_columns(session, class_id)
    if activity.kind is not ActivityKind.DOCUMENT:
        await session.execute(
            insert(ColumnRow)
            .values(
                id=new_id(),
                class_id=class_id,
                activity_kind=activity.kind,
                activity_id=activity.id,
                title=activity.title,
                type=ColumnType(activity.kind),
                due_at=activity.due_at,
                position=await next_position(session, class_id),
            )
            .on_conflict_do_nothing()
        )
    await refresh(transaction, live, board)
