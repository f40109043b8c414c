"""The tables of assignments and of what students hand in for them. What a piece of work is worth is in ``classroom.grades``."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    UniqueConstraint,
    func,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from persistence.base import Base


class AssignmentRow(Base):
    """Work that a teacher sets. Not published, only the class's teachers see it.

    `time_zone`: where a day of being late ends. `attempts_max`: how often it can be handed in, None: as often as one likes.
    `scale`, `rubric`: how its points come about, where they are not given as a number; without `points_max` it is not graded.
    """

    __tablename__ = "assignments"
    __table_args__ = (
        CheckConstraint("attempts_max > 0", name="attempts_max"),
        CheckConstraint("points_max > 0", name="points_max"),
        CheckConstraint("cutoff_at is null or due_at is null or cutoff_at >= due_at", name="cutoff_at"),
        Index("ix_assignments_class_id_id", "class_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    class_id: Mapped[UUID] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"))
    title: Mapped[str]
    instructions: Mapped[str]
    answers: Mapped[list[str]] = mapped_column(JSONB)
    due_at: Mapped[datetime | None]
    cutoff_at: Mapped[datetime | None]
    time_zone: Mapped[str]
    late: Mapped[dict[str, Any] | None]
    attempts_max: Mapped[int | None] = mapped_column(Integer)
    points_max: Mapped[Decimal | None] = mapped_column(Numeric(9, 2))
    scale: Mapped[list[Any] | None] = mapped_column(JSONB(none_as_null=True))
    rubric: Mapped[list[Any] | None] = mapped_column(JSONB(none_as_null=True))
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    published_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]


class ExtensionRow(Base):
    """One student's own deadlines for an assignment."""

    __tablename__ = "assignment_extensions"
    __table_args__ = (Index("ix_assignment_extensions_user_id", "user_id"),)

    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    due_at: Mapped[datetime]
    cutoff_at: Mapped[datetime | None]
    granted_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    granted_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SubmissionRow(Base):
    """One student's work for an assignment: what is being written, how often it was handed in, what the teacher says of it.

    `writing`: the student is at it, for the first time or once more. `document_id`: the page that belongs to it. `late_seconds`, `penalty_percent`: of the last time it was handed in.
    `raw_points`: before the penalty.
    """

    __tablename__ = "submissions"
    __table_args__ = (
        UniqueConstraint("assignment_id", "user_id", name="uq_submissions_assignment_id_user_id"),
        UniqueConstraint("document_id"),
        Index("ix_submissions_user_id", "user_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("documents.id", ondelete="SET NULL"))
    draft: Mapped[str] = mapped_column(server_default=text("''"))
    writing: Mapped[bool] = mapped_column(server_default=true())
    attempts: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    handed_in_at: Mapped[datetime | None]
    late_seconds: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    penalty_percent: Mapped[Decimal] = mapped_column(Numeric(5, 2), server_default=text("0"))
    raw_points: Mapped[Decimal | None] = mapped_column(Numeric(9, 2))
    rubric: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    feedback: Mapped[str] = mapped_column(server_default=text("''"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SubmissionFileRow(Base):
    """A file of a student's work: of what was handed in with an attempt; number 0 is what is being written."""

    __tablename__ = "submission_files"
    __table_args__ = (Index("ix_submission_files_file_id", "file_id"),)

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("files.id", ondelete="RESTRICT"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer)


class FeedbackFileRow(Base):
    """A file that a teacher gives back with somebody's work."""

    __tablename__ = "feedback_files"
    __table_args__ = (Index("ix_feedback_files_file_id", "file_id"),)

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id", ondelete="CASCADE"), primary_key=True)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("files.id", ondelete="RESTRICT"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer)


class AttemptRow(Base):
    """What was handed in, each time: it is never changed. `document_seq`: the row of the page's log up to which it was."""

    __tablename__ = "submission_attempts"
    __table_args__ = (CheckConstraint("number > 0", name="number"),)

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    text: Mapped[str]
    document_seq: Mapped[int | None] = mapped_column(BigInteger)
    handed_in_at: Mapped[datetime]
    late_seconds: Mapped[int] = mapped_column(BigInteger)
