"""Change what the stage of a running session shows, and who has a hand up.

Each change locks the session first, so that those of several teachers come one after the other, and commits the rows together with the
live document that everybody follows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import partial
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from auth.actions import Person
from auth.errors import FieldInvalid
from auth.models import UserRow
from classroom.classes.models import MembershipRow
from classroom.documents.access import boards_over
from classroom.documents.models import DocumentAccessRow, DocumentRow
from classroom.sessions import rules
from classroom.sessions.models import HandRow, SessionRow, ShowingRow, StageRow
from classroom.sessions.rules import SessionState
from collab_server.live import LiveDocuments
from documents.access import Level
from documents.kinds import Kind
from documents.slides import turn_to
from documents.stage import STAGEABLE, Activity, ActivityKind, Hand, PersonOnStage, Stage, shown
from persistence.base import utc_now
from persistence.database import Transaction
from persistence.ids import new_id
from persistence.reading import Asking


class Keep(Enum):
    """Stands for what a change leaves as it is, where None is a value."""

    KEEP = "keep"


KEEP = Keep.KEEP


@dataclass(frozen=True, slots=True)
class ToShow:
    """What a teacher puts on stage."""

    kind: ActivityKind
    document_id: UUID | None = None
    slide_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageChanges:
    """What a teacher changes about a stage. `timer_seconds`: how long from now, None: no timer."""

    activity: ToShow | None = None
    locked: bool | None = None
    roam: bool | None = None
    presenter_id: UUID | Keep | None = KEEP
    timer_seconds: int | Keep | None = KEEP


@dataclass(frozen=True, slots=True)
class StageView:
    """A stage as the document has it."""

    stage: Stage
    hands: Sequence[Hand]


async def lock_session(session: Asking, which: ColumnElement[bool]) -> None:
    """Let others who change a session wait until the transaction ends. What is read after this is what they have left.

    A query of its own: one that waited for the lock would show rows that it joins as they were before the wait.
    """
    await session.execute(select(SessionRow.id).where(which).with_for_update())


async def change_stage(
    transaction: Transaction,
    person: Person,
    row: SessionRow,
    stage: StageRow,
    changes: StageChanges,
    *,
    live: LiveDocuments,
) -> StageView:
    """Change a stage, whose session must be locked.

    Raises:
        FieldInvalid: what is to be shown, or who is to present, is not of this class.
    """
    session = transaction.session
    before = stage.shown_document_id
    if changes.activity is not None:
        document_id = await _document_to_show(session, row, changes.activity)
        if (changes.activity.kind, document_id) != (stage.activity, before):
            # Who presented, presented what was there.
            stage.presenter_id = None
            stage.put_by = person.id
            await _note(session, stage, changes.activity.kind, document_id, by=person.id)
        stage.activity = changes.activity.kind
        stage.shown_document_id = document_id
        stage.slide_id = changes.activity.slide_id
        if document_id is not None and stage.slide_id is not None:
            live.edit(transaction, document_id, Kind.SLIDES, turn_to(stage.slide_id), by=person.id)
    if changes.locked is not None:
        stage.locked = changes.locked
    if changes.roam is not None:
        stage.roam = changes.roam
    if changes.presenter_id is not KEEP:
        await _check_presenter(session, row, changes.presenter_id)
        stage.presenter_id = changes.presenter_id
    if changes.timer_seconds is not KEEP:
        stage.timer_ends_at = rules.timer_end(changes.timer_seconds, now=utc_now())
    anew = await _hold(session, stage, before=before)
    view = await show(transaction, row, stage, live=live, by=person.id)
    _decide_anew(transaction, anew, live)
    return view


async def clear(transaction: Transaction, stage: StageRow, *, live: LiveDocuments) -> None:
    """Empty a stage whose session ends: nothing is on it, nothing is locked, no hand is up."""
    before = stage.shown_document_id
    await _note(transaction.session, stage, ActivityKind.NONE, None, by=None)
    stage.activity, stage.shown_document_id, stage.slide_id = ActivityKind.NONE, None, None
    stage.put_by = stage.presenter_id = stage.timer_ends_at = None
    stage.locked = stage.roam = False
    await transaction.session.execute(delete(HandRow).where(HandRow.session_id == stage.session_id))
    _decide_anew(transaction, await _hold(transaction.session, stage, before=before), live)


async def document_gone(
    transaction: Transaction, person: Person, document: DocumentRow, *, live: LiveDocuments
) -> None:
    """Take a document that is deleted off the stage that shows it, if any."""
    found = await lock_stage_of(transaction.session, document)
    if found is not None:
        nothing = StageChanges(activity=ToShow(ActivityKind.NONE))
        await change_stage(transaction, person, *found, nothing, live=live)


async def lock_stage_of(session: AsyncSession, document: DocumentRow) -> tuple[SessionRow, StageRow] | None:
    """Return the session that shows a document, with its stage; whatever runs in the class is locked until the transaction ends.

    Ask before anything about the document is written: whoever changes a stage locks the session first, too.
    """
    runs = and_(SessionRow.class_id == document.class_id, SessionRow.state == SessionState.RUNNING)
    await lock_session(session, runs)
    found = (
        await session.execute(
            select(SessionRow, StageRow)
            .join(StageRow, StageRow.session_id == SessionRow.id)
            .where(runs)
            .execution_options(populate_existing=True)
        )
    ).one_or_none()
    return None if found is None or found[1].shown_document_id != document.id else (found[0], found[1])


async def raise_hand(
    transaction: Transaction, person: Person, row: SessionRow, stage: StageRow, *, live: LiveDocuments
) -> StageView:
    """Raise the person's own hand; a hand that is up keeps its place in line. The session must be locked."""
    await transaction.session.execute(
        insert(HandRow)
        .values(session_id=row.id, user_id=person.id, raised_at=utc_now())
        .on_conflict_do_nothing(index_elements=[HandRow.session_id, HandRow.user_id])
    )
    return await show(transaction, row, stage, live=live, by=person.id)


async def lower_hands(
    transaction: Transaction,
    person: Person,
    row: SessionRow,
    stage: StageRow,
    *,
    of: UUID | None,
    live: LiveDocuments,
) -> StageView:
    """Lower somebody's hand, or (None) all of them. The session must be locked."""
    lowered = delete(HandRow).where(HandRow.session_id == row.id)
    if of is not None:
        lowered = lowered.where(HandRow.user_id == of)
    await transaction.session.execute(lowered)
    return await show(transaction, row, stage, live=live, by=person.id)


async def show(
    transaction: Transaction, row: SessionRow, stage: StageRow, *, live: LiveDocuments, by: UUID
) -> StageView:
    """Make the stage's document show what the rows say, in the same transaction."""
    await transaction.session.flush()
    view = await view_stage(transaction.session, row, stage)
    live.edit(transaction, stage.document_id, Kind.STAGE, shown(view.stage, view.hands), by=by)
    return view


async def view_stage(session: Asking, row: SessionRow, stage: StageRow) -> StageView:
    """Return what the rows say that the stage shows."""
    hands = (
        await session.execute(
            select(UserRow.id, UserRow.name, HandRow.raised_at)
            .join(HandRow, HandRow.user_id == UserRow.id)
            .where(HandRow.session_id == row.id)
            .order_by(HandRow.raised_at, UserRow.id)
        )
    ).all()
    named = {stage.put_by, stage.presenter_id} - {None}
    people: dict[UUID | None, PersonOnStage] = {}
    if named:
        found = await session.execute(select(UserRow.id, UserRow.name).where(UserRow.id.in_(named)))
        people = {each.id: PersonOnStage(each.id, each.name) for each in found.all()}
    return StageView(
        Stage(
            running=row.state is SessionState.RUNNING,
            started_at=_started(row),
            activity=await _activity(session, stage),
            put_by=people.get(stage.put_by),
            presenter=people.get(stage.presenter_id),
            locked=stage.locked,
            roam=stage.roam,
            timer_ends_at=stage.timer_ends_at,
        ),
        [Hand(PersonOnStage(each.id, each.name), each.raised_at) for each in hands],
    )


def _started(row: SessionRow) -> datetime:
    if row.started_at is None:
        raise AssertionError("a session with a stage was started")
    return row.started_at


async def _activity(session: Asking, stage: StageRow) -> Activity:
    if stage.shown_document_id is None:
        # A document on stage that was erased leaves an empty stage.
        kind = ActivityKind.NONE if stage.activity is ActivityKind.DOCUMENT else stage.activity
        return Activity(kind)
    document = await session.get(DocumentRow, stage.shown_document_id)
    assert document is not None, "the row of the stage names it"
    return Activity(stage.activity, document.id, document.kind, document.title, stage.slide_id)


async def _note(
    session: AsyncSession, stage: StageRow, activity: ActivityKind, document_id: UUID | None, *, by: UUID | None
) -> None:
    """Keep what comes on stage now, and that what was there has ended."""
    now = utc_now()
    await session.execute(
        update(ShowingRow)
        .where(ShowingRow.session_id == stage.session_id, ShowingRow.ended_at.is_(None))
        .values(ended_at=now)
    )
    if activity is ActivityKind.NONE:
        return
    title = await session.scalar(select(DocumentRow.title).where(DocumentRow.id == document_id))
    session.add(
        ShowingRow(
            id=new_id(),
            session_id=stage.session_id,
            activity=activity,
            document_id=document_id,
            title=title,
            put_by=by,
            shown_at=now,
            ended_at=None,
        )
    )


async def _document_to_show(session: AsyncSession, row: SessionRow, wanted: ToShow) -> UUID | None:
    if wanted.kind is not ActivityKind.DOCUMENT:
        return None
    document_id = await session.scalar(
        select(DocumentRow.id).where(
            DocumentRow.id == wanted.document_id,
            DocumentRow.class_id == row.class_id,
            DocumentRow.deleted_at.is_(None),
            # Only a deck has slides to be named.
            DocumentRow.kind.in_(STAGEABLE if wanted.slide_id is None else {Kind.SLIDES}),
        )
    )
    if document_id is None:
        raise FieldInvalid("activity.document_id", "is nothing of this class that can be put on stage")
    return document_id


async def _check_presenter(session: AsyncSession, row: SessionRow, user_id: UUID | None) -> None:
    if user_id is None:
        return
    member = exists().where(MembershipRow.class_id == row.class_id, MembershipRow.user_id == user_id)
    if not await session.scalar(select(member)):
        raise FieldInvalid("presenter_id", "is nobody of this class")


async def _hold(session: AsyncSession, stage: StageRow, *, before: UUID | None) -> list[UUID]:
    """Let the access to what is on stage, and to what was, follow the stage; returns the documents to decide about anew."""
    after = stage.shown_document_id
    wanted = {before, after} - {None}
    if not wanted:
        return []
    hidden_from_some = exists().where(
        DocumentAccessRow.document_id == DocumentRow.id, DocumentAccessRow.access == Level.NONE
    )
    found = await session.execute(
        select(DocumentRow, hidden_from_some.correlate(DocumentRow))
        .where(DocumentRow.id.in_(wanted))
        # In one order, so that nobody who takes several waits in a circle.
        .order_by(DocumentRow.id)
        .with_for_update(of=DocumentRow)
        .execution_options(populate_existing=True)
    )
    anew: list[UUID] = []
    for document, hidden in found.all():
        is_shown = document.id == after
        on_stage = rules.hold(shown=is_shown, locked=stage.locked)
        presenter_id = stage.presenter_id if is_shown else None
        if rules.decides_anew(
            before=document.on_stage,
            after=on_stage,
            presenter_changes=document.presenter_id != presenter_id,
            students=document.students,
            hidden_from_some=hidden,
        ):
            anew += [document.id, *await boards_over(session, document)]
        document.on_stage, document.presenter_id = on_stage, presenter_id
    return anew


def _decide_anew(transaction: Transaction, document_ids: Sequence[UUID], live: LiveDocuments) -> None:
    async def last() -> None:
        for document_id in document_ids:
            transaction.after_commit(partial(live.access_changed, document_id=document_id))

    # Registered as late as can be: the stage is on its way to everybody before 200 rights are looked up again.
    if document_ids:
        transaction.before_commit(last)
