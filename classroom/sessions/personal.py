"""When a person was in class, and their name on stages."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.personal.ports import ROWS_MAX, Item, PersonalRecords, Subject, table
from classroom.classes.models import ClassRow
from classroom.sessions.models import AttendanceRow, HandRow, SessionRow, ShowingRow, StageRow
from classroom.sessions.stage import view_stage
from collab_server.live import LiveDocuments
from documents.kinds import Kind
from documents.stage import shown
from persistence.database import Transaction


@dataclass(frozen=True, slots=True)
class SessionRecords(PersonalRecords):
    """See PersonalRecords."""

    live: LiveDocuments

    async def collect(self, session: AsyncSession, subject: Subject) -> Sequence[Item]:
        """See PersonalRecords."""
        found = await session.execute(
            select(
                SessionRow.id.label("session_id"),
                SessionRow.title,
                ClassRow.title.label("class"),
                AttendanceRow.first_seen_at,
                AttendanceRow.last_seen_at,
            )
            .join(AttendanceRow, AttendanceRow.session_id == SessionRow.id)
            .join(ClassRow, ClassRow.id == SessionRow.class_id)
            .where(AttendanceRow.user_id == subject.id)
            .order_by(SessionRow.id)
            .limit(ROWS_MAX)
        )
        planned = await session.execute(
            select(
                SessionRow.id.label("session_id"),
                SessionRow.title,
                ClassRow.title.label("class"),
                SessionRow.starts_at,
                SessionRow.ends_at,
            )
            .join(ClassRow, ClassRow.id == SessionRow.class_id)
            .where(SessionRow.created_by == subject.id)
            .order_by(SessionRow.id)
            .limit(ROWS_MAX)
        )
        put = await session.execute(
            select(
                ShowingRow.session_id,
                ClassRow.title.label("class"),
                ShowingRow.activity,
                ShowingRow.title,
                ShowingRow.shown_at,
                ShowingRow.ended_at,
            )
            .join(SessionRow, SessionRow.id == ShowingRow.session_id)
            .join(ClassRow, ClassRow.id == SessionRow.class_id)
            .where(ShowingRow.put_by == subject.id)
            .order_by(ShowingRow.id)
            .limit(ROWS_MAX)
        )
        return [*table("attendance", found), *table("sessions", planned), *table("put_on_stage", put)]

    async def release(self, transaction: Transaction, subject: Subject) -> None:
        """Take the name off all stages: those of classes that run, and those that are over."""
        session = transaction.session
        hand = exists().where(HandRow.session_id == StageRow.session_id, HandRow.user_id == subject.id)
        found = await session.execute(
            select(SessionRow, StageRow)
            .join(StageRow, StageRow.session_id == SessionRow.id)
            .where(or_(StageRow.put_by == subject.id, StageRow.presenter_id == subject.id, hand))
            .order_by(SessionRow.id)
            .with_for_update(of=SessionRow)
        )
        stages = found.all()
        await session.execute(delete(HandRow).where(HandRow.user_id == subject.id))
        for row, stage in stages:
            if stage.put_by == subject.id:
                stage.put_by = None
            if stage.presenter_id == subject.id:
                stage.presenter_id = None
            await session.flush()
            view = await view_stage(session, row, stage)
            self.live.edit(transaction, stage.document_id, Kind.STAGE, shown(view.stage, view.hands))
