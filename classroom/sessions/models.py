"""The tables of sessions, their stages, raised hands and attendance."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, false, func, text
from sqlalchemy.orm import Mapped, mapped_column

from classroom.sessions.rules import SessionState
from documents.stage import ActivityKind
from persistence.base import Base, TextEnum, one_of


class SessionRow(Base):
    """A meeting of a class. `video_room` is a secret of those who may join it."""

    __tablename__ = "sessions"
    __table_args__ = (
        one_of("state", SessionState),
        CheckConstraint("ends_at > starts_at", name="times"),
        Index("ix_sessions_class_id", "class_id"),
        # A class is in one room at a time: whoever starts another session meets this one.
        Index("uq_sessions_running", "class_id", unique=True, postgresql_where=text("state = 'running'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    class_id: Mapped[UUID] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"))
    title: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    state: Mapped[SessionState] = mapped_column(TextEnum(SessionState))
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    video_room: Mapped[str]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class StageRow(Base):
    """What a started session shows; `document_id` is the live document that everybody follows."""

    __tablename__ = "stages"
    __table_args__ = (one_of("activity", ActivityKind),)

    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"))
    activity: Mapped[ActivityKind] = mapped_column(TextEnum(ActivityKind))
    shown_document_id: Mapped[UUID | None] = mapped_column(ForeignKey("documents.id", ondelete="SET NULL"))
    slide_id: Mapped[str | None]
    put_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    presenter_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    locked: Mapped[bool] = mapped_column(server_default=false())
    roam: Mapped[bool] = mapped_column(server_default=false())
    timer_ends_at: Mapped[datetime | None]


class ShowingRow(Base):
    """Something that was on stage from one moment to another, under the name that it had then; the last one is there until it ends."""

    __tablename__ = "stage_showings"
    __table_args__ = (
        CheckConstraint("activity in ('document', 'video')", name="activity"),
        # What is on stage now is one thing.
        Index("uq_stage_showings_now", "session_id", unique=True, postgresql_where=text("ended_at is null")),
        Index("ix_stage_showings_session_id", "session_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    activity: Mapped[ActivityKind] = mapped_column(TextEnum(ActivityKind))
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("documents.id", ondelete="SET NULL"))
    title: Mapped[str | None]
    put_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    shown_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class HandRow(Base):
    """A raised hand; the first to be raised is the first in line."""

    __tablename__ = "raised_hands"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    raised_at: Mapped[datetime]


class AttendanceRow(Base):
    """Somebody who was in a session: when they were first and last seen there."""

    __tablename__ = "attendance"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
