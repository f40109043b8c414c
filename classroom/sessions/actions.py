"""Plan sessions, start and end them, and know who was there.

``access_session`` is the only way to a session: it also checks what the person may do with it. What happens on the stage of a
running session is in ``classroom.sessions.stage``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Select, Uuid, and_, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from auth.actions import Person
from auth.errors import Conflict, FieldInvalid, Forbidden, NotFound
from auth.http.pagination import PageRequest, paged
from auth.models import UserRow
from auth.permissions import Action, permits_in_class
from classroom.classes.actions import ClassAccess, access_class
from classroom.classes.models import ClassRole, ClassRow, MembershipRow
from classroom.documents.actions import add_document
from classroom.sessions import rules, stage
from classroom.sessions.models import AttendanceRow, SessionRow, StageRow
from classroom.sessions.rules import SessionState
from classroom.video.rooms import new_room_name
from collab_server.live import LiveDocuments
from documents.access import Level
from documents.kinds import Kind
from documents.stage import ActivityKind, Stage, attended, shown
from persistence.base import utc_now
from persistence.database import Transaction
from persistence.ids import new_id
from persistence.reading import Asking, Bound

SESSIONS_LIST = "sessions"
ATTENDANCE_LIST = "attendance"


@dataclass(frozen=True, slots=True)
class SessionAccess:
    """A session, its stage once it has been started, and what the person who asked is in its class."""

    row: SessionRow
    role: ClassRole
    stage: StageRow | None

    @property
    def teaches(self) -> bool:
        """Tell whether the person is a teacher of the session's class."""
        return permits_in_class(Action.TEACH_CLASS, self.role)


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody who was in a session."""

    user: UserRow
    row: AttendanceRow


async def access_session(
    session: Asking, person: Person, session_id: UUID, *, teach: bool = False, lock: bool = False
) -> SessionAccess:
    """Return a session for a member of its class.

    Args:
        session: where to look.
        person: who asks.
        session_id: which session.
        teach: whether what follows is only for the class's teachers.
        lock: whether others who change the session are to wait until the transaction ends.

    Raises:
        NotFound: there is no such session, or the person is not in its class.
        Forbidden: only teachers may do this.
    """
    if lock:
        await stage.lock_session(session, SessionRow.id == session_id)
    statement = _sessions(person.id).where(SessionRow.id == session_id)
    found = (await session.execute(statement.execution_options(populate_existing=lock))).one_or_none()
    if found is None:
        raise NotFound
    access = SessionAccess(*found)
    if teach and not access.teaches:
        raise Forbidden
    return access


async def access_running(
    session: Asking, person: Person, session_id: UUID, *, teach: bool = False, lock: bool = True
) -> tuple[SessionAccess, StageRow]:
    """Return a session that runs, and its stage; by default others who change it wait.

    Raises:
        Conflict: it does not run.
        NotFound, Forbidden: see ``access_session``.
    """
    access = await access_session(session, person, session_id, teach=teach, lock=lock)
    if access.row.state is not SessionState.RUNNING or access.stage is None:
        raise _not_running(access.row)
    return access, access.stage


async def list_sessions(
    session: Asking, person: Person, page: PageRequest, *, class_id: UUID | None, state: SessionState | None
) -> tuple[list[SessionAccess], str | None]:
    """Return one page of the sessions of the person's classes, or of one of them; newest first.

    A session that was forgotten is not among those that run.
    """
    values = {
        "person_id": person.id,
        "class_id": class_id,
        "remembered_since": utc_now() - rules.FORGOTTEN,
        **page.values(of=SESSIONS_LIST, newest_first=True),
    }
    statement = _page(one_class=class_id is not None, state=state)
    found = [SessionAccess(*row) for row in (await session.execute(statement, values)).all()]
    items, next_cursor = page.cut(found, [access.row.id for access in found], of=SESSIONS_LIST)
    return list(items), next_cursor


@cache
def _page(*, one_class: bool, state: SessionState | None) -> Select[SessionRow, ClassRole, StageRow | None]:
    statement = _sessions(bindparam("person_id", type_=Uuid))
    if one_class:
        statement = statement.where(SessionRow.class_id == bindparam("class_id", type_=Uuid))
    if state is not None:
        statement = statement.where(SessionRow.state == state)
    if state is SessionState.RUNNING:
        since = bindparam("remembered_since", type_=DateTime(timezone=True))
        statement = statement.where(SessionRow.ends_at > since)
    return paged(statement, SessionRow.id, newest_first=True)


async def plan_session(
    session: AsyncSession,
    person: Person,
    access: ClassAccess,
    *,
    title: str,
    starts_at: datetime | None,
    ends_at: datetime | None,
) -> SessionAccess:
    """Plan a session of a class; for its teachers.

    Raises:
        Forbidden: the person does not teach the class.
        FieldInvalid: it would end before it starts, or be too long.
    """
    if not access.teaches:
        raise Forbidden
    row = await add_session(
        session, class_id=access.row.id, created_by=person.id, title=title, starts_at=starts_at, ends_at=ends_at
    )
    return SessionAccess(row, access.role, None)


async def add_session(
    session: AsyncSession,
    *,
    class_id: UUID,
    created_by: UUID,
    title: str,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> SessionRow:
    """Add a planned session, without asking who may.

    Raises:
        FieldInvalid: it would end before it starts, or be too long.
    """
    start, end = _planned(starts_at, ends_at)
    row = SessionRow(
        id=new_id(),
        class_id=class_id,
        title=title,
        starts_at=start,
        ends_at=end,
        state=SessionState.SCHEDULED,
        video_room=new_room_name(),
        created_by=created_by,
    )
    session.add(row)
    await session.flush()
    return row


def change_session(
    access: SessionAccess, *, title: str | None, starts_at: datetime | None, ends_at: datetime | None
) -> None:
    """Change what was planned; of a session that runs only its name and its end.

    Raises:
        Conflict: it is over.
        FieldInvalid: the times do not fit.
    """
    row = access.row
    if row.state is SessionState.ENDED:
        raise _not_running(row)
    if starts_at is not None and row.state is SessionState.RUNNING:
        raise FieldInvalid("starts_at", "is over: the session runs")
    row.starts_at, row.ends_at = _planned(starts_at or row.starts_at, ends_at or row.ends_at)
    row.title = title or row.title


async def delete_session(session: AsyncSession, access: SessionAccess) -> None:
    """Take a planned session off. What has taken place is a record, and stays.

    Raises:
        Conflict: it was started.
    """
    if access.row.state is not SessionState.SCHEDULED:
        raise Conflict("session_was_started", "This session has been started. It can be ended, but not taken off.")
    await session.delete(access.row)


async def start_class(
    transaction: Transaction, person: Person, class_id: UUID, *, title: str | None, live: LiveDocuments
) -> SessionAccess:
    """Let a class begin at once: in the session that runs, in the one that is planned for now, else in a new one.

    Raises:
        NotFound, Forbidden: see ``access_class``.
    """
    session = transaction.session
    access = await access_class(session, person, class_id, teach=True, lock=True)
    running = await _running(transaction, person, class_id, live=live)
    if running is not None:
        return running
    due = (
        await session.scalars(
            select(SessionRow)
            .where(SessionRow.class_id == class_id, SessionRow.state == SessionState.SCHEDULED, _due())
            .order_by(SessionRow.starts_at, SessionRow.id)
            .limit(1)
            .with_for_update()
        )
    ).one_or_none()
    row = due or await add_session(
        session, class_id=class_id, created_by=person.id, title=title or access.row.title, starts_at=None, ends_at=None
    )
    return await _begin(session, person, SessionAccess(row, access.role, None))


async def start_session(
    transaction: Transaction, person: Person, session_id: UUID, *, live: LiveDocuments
) -> SessionAccess:
    """Start a planned session. One that runs already just goes on.

    Raises:
        Conflict: it is over, or another session of the class runs.
        NotFound, Forbidden: see ``access_session``.
    """
    session = transaction.session
    class_id = (await access_session(session, person, session_id, teach=True)).row.class_id
    await access_class(session, person, class_id, teach=True, lock=True)
    access = await access_session(session, person, session_id, teach=True, lock=True)
    if access.row.state is SessionState.RUNNING:
        return access
    if access.row.state is SessionState.ENDED:
        raise _not_running(access.row)
    if await _running(transaction, person, class_id, live=live) is not None:
        raise another_runs()
    return await _begin(session, person, access)


async def end_session(transaction: Transaction, person: Person, access: SessionAccess, *, live: LiveDocuments) -> None:
    """End a session, which must be locked: the stage is empty, what was locked is free. Ending it again changes nothing.

    Raises:
        Conflict: it was never started.
    """
    row = access.row
    if row.state is SessionState.ENDED:
        return
    if access.stage is None:
        raise _not_running(row)
    await stage.clear(transaction, access.stage, live=live)
    row.state, row.ended_at = SessionState.ENDED, utc_now()
    people = {
        user.id: {"name": user.name, "role": str(role)}
        for user, role in (
            await transaction.session.execute(
                select(UserRow, MembershipRow.role)
                .join(AttendanceRow, AttendanceRow.user_id == UserRow.id)
                .join(MembershipRow, and_(MembershipRow.user_id == UserRow.id, MembershipRow.class_id == row.class_id))
                .where(AttendanceRow.session_id == row.id)
            )
        ).all()
    }
    await stage.show(transaction, row, access.stage, live=live, by=person.id)
    live.edit(transaction, access.stage.document_id, Kind.STAGE, attended(people), by=person.id)


async def attend(session: AsyncSession, person: Person, access: SessionAccess) -> None:
    """Note that somebody is in a session now."""
    now = utc_now()
    seen = insert(AttendanceRow).values(
        session_id=access.row.id, user_id=person.id, first_seen_at=now, last_seen_at=now
    )
    await session.execute(
        seen.on_conflict_do_update(
            index_elements=[AttendanceRow.session_id, AttendanceRow.user_id],
            set_={"last_seen_at": func.greatest(AttendanceRow.last_seen_at, seen.excluded.last_seen_at)},
        )
    )


async def list_attendance(
    session: Asking, access: SessionAccess, page: PageRequest
) -> tuple[Sequence[Attendee], str | None]:
    """Return one page of those who were in a session."""
    statement = (
        select(UserRow, AttendanceRow)
        .join(AttendanceRow, AttendanceRow.user_id == UserRow.id)
        .where(AttendanceRow.session_id == access.row.id)
    )
    statement = page.narrow(statement, AttendanceRow.user_id, of=ATTENDANCE_LIST)
    found = [Attendee(*row) for row in (await session.execute(statement)).all()]
    return page.cut(found, [attendee.user.id for attendee in found], of=ATTENDANCE_LIST)


def another_runs() -> Conflict:
    """Return the error of whoever starts a second session of a class."""
    return Conflict("another_session_running", "Another session of this class is running. End it first, or join it.")


async def _begin(session: AsyncSession, person: Person, access: SessionAccess) -> SessionAccess:
    row, now = access.row, utc_now()
    row.state, row.started_at = SessionState.RUNNING, now
    document = await add_document(
        session,
        class_id=row.class_id,
        created_by=person.id,
        kind=Kind.STAGE,
        title=row.title,
        students=Level.READ,
        content=shown(Stage(running=True, started_at=now), []),
        listed=False,
    )
    begun = StageRow(session_id=row.id, document_id=document.id, activity=ActivityKind.NONE, locked=False, roam=False)
    session.add(begun)
    await session.flush()
    return SessionAccess(row, access.role, begun)


async def _running(
    transaction: Transaction, person: Person, class_id: UUID, *, live: LiveDocuments
) -> SessionAccess | None:
    """Return the session of a class that runs; one that was forgotten is ended now."""
    runs = and_(SessionRow.class_id == class_id, SessionRow.state == SessionState.RUNNING)
    await stage.lock_session(transaction.session, runs)
    statement = _sessions(person.id).where(runs).execution_options(populate_existing=True)
    found = (await transaction.session.execute(statement)).one_or_none()
    if found is None:
        return None
    access = SessionAccess(*found)
    if not rules.is_forgotten(ends_at=access.row.ends_at, now=utc_now()):
        return access
    await end_session(transaction, person, access, live=live)
    await transaction.session.flush()
    return None


def _sessions(user_id: Bound[UUID]) -> Select[SessionRow, ClassRole, StageRow | None]:
    return (
        select(SessionRow, MembershipRow.role, StageRow)
        .join(ClassRow, and_(ClassRow.id == SessionRow.class_id, ClassRow.deleted_at.is_(None)))
        .join(MembershipRow, and_(MembershipRow.class_id == ClassRow.id, MembershipRow.user_id == user_id))
        .outerjoin(StageRow, StageRow.session_id == SessionRow.id)
    )


def _due() -> ColumnElement[bool]:
    """Say ``rules.is_due`` in SQL."""
    now = utc_now()
    return and_(SessionRow.starts_at <= now + rules.EARLY, SessionRow.ends_at > now)


def _planned(starts_at: datetime | None, ends_at: datetime | None) -> tuple[datetime, datetime]:
    try:
        return rules.planned(starts_at=starts_at, ends_at=ends_at, now=utc_now())
    except ValueError as error:
        raise FieldInvalid("ends_at", str(error)) from None


def _not_running(row: SessionRow) -> Conflict:
    if row.state is SessionState.ENDED:
        return Conflict("session_ended", "This session is over.")
    return Conflict("session_not_running", "This session has not been started.")
