"""The tables of progress: boards, their columns, and how far each student has come."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Float, ForeignKey, Index, Integer, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from documents.progress import State
from persistence.base import Base, TextEnum, one_of


class ActivityKind(StrEnum):
    """What a column of a board can be about. A poll or a deck is its document."""

    DOCUMENT = "document"
    LESSON = "lesson"
    ASSIGNMENT = "assignment"
    QUIZ = "quiz"


class ColumnType(StrEnum):
    """What a column is shown as, where it is not about a document, which is shown as its kind."""

    TASK = "task"
    READING = "reading"
    TEST = "test"
    PRESENTATION = "presentation"
    LESSON = "lesson"
    ASSIGNMENT = "assignment"
    QUIZ = "quiz"


class BoardRow(Base):
    """A class's board and the document that shows it. Its row lock orders those who change more than a cell."""

    __tablename__ = "progress_boards"
    __table_args__ = (UniqueConstraint("document_id"),)

    class_id: Mapped[UUID] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"), primary_key=True)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"))
    # Up to where in the document's log the remarks that other programs wrote there have become rows.
    remarks_seq: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))


class PageRow(Base):
    """The document that shows one student their own row; nobody else's is in it."""

    __tablename__ = "progress_pages"
    __table_args__ = (UniqueConstraint("document_id"), Index("ix_progress_pages_user_id", "user_id"))

    class_id: Mapped[UUID] = mapped_column(ForeignKey("progress_boards.class_id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"))


class ColumnRow(Base):
    """An activity on a board: the teachers' own, or one that is somewhere in Lectern.

    Without title or type it has those of the document that it is about.
    """

    __tablename__ = "progress_columns"
    __table_args__ = (
        one_of("activity_kind", ActivityKind),
        one_of("type", ColumnType),
        CheckConstraint("(activity_kind is null) = (activity_id is null)", name="activity"),
        CheckConstraint(
            "activity_kind is not distinct from 'document' or (title is not null and type is not null)", name="named"
        ),
        UniqueConstraint("class_id", "activity_kind", "activity_id", name="uq_progress_columns_activity"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    class_id: Mapped[UUID] = mapped_column(ForeignKey("progress_boards.class_id", ondelete="CASCADE"))
    activity_kind: Mapped[ActivityKind | None] = mapped_column(TextEnum(ActivityKind))
    # No foreign key: what it points to is in a table per kind, and a column outlives a lesson that is gone.
    activity_id: Mapped[UUID | None]
    title: Mapped[str | None]
    type: Mapped[ColumnType | None] = mapped_column(TextEnum(ColumnType))
    due_at: Mapped[datetime | None]
    position: Mapped[int] = mapped_column(Integer)
    hidden: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    removed_at: Mapped[datetime | None]


class CellRow(Base):
    """How far one student has come with one activity; without a state they are stuck before they began."""

    __tablename__ = "progress_cells"
    __table_args__ = (
        one_of("state", State),
        CheckConstraint("stuck or state is not null", name="says_something"),
        CheckConstraint("score is null or state = 'graded'", name="score"),
        Index("ix_progress_cells_user_id", "user_id"),
    )

    column_id: Mapped[UUID] = mapped_column(ForeignKey("progress_columns.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[State | None] = mapped_column(TextEnum(State))
    stuck: Mapped[bool] = mapped_column(server_default=text("false"))
    score: Mapped[float | None] = mapped_column(Float(53))
    changed_at: Mapped[datetime]


class RemarkRow(Base):
    """What a teacher remarks on a student's work."""

    __tablename__ = "progress_remarks"
    __table_args__ = (Index("ix_progress_remarks_user_id", "user_id"),)

    column_id: Mapped[UUID] = mapped_column(ForeignKey("progress_columns.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    remark: Mapped[str]
    # Without one, another program wrote it into the document.
    written_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    written_at: Mapped[datetime] = mapped_column(server_default=func.now())
