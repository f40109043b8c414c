"""The tables of units, lessons, their texts, and who has read them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, func, text
from sqlalchemy.orm import Mapped, mapped_column

from persistence.base import Base


class UnitRow(Base):
    """A heading under which lessons stand, in the order of `position`."""

    __tablename__ = "lesson_units"
    __table_args__ = (Index("ix_lesson_units_class_id", "class_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    class_id: Mapped[UUID] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"))
    title: Mapped[str]
    position: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    deleted_at: Mapped[datetime | None]


class LessonRow(Base):
    """A lesson. `published_at`: from when on the class sees it, by the database's clock; None for a draft."""

    __tablename__ = "lessons"
    __table_args__ = (Index("ix_lessons_class_id", "class_id"), Index("ix_lessons_unit_id", "unit_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    class_id: Mapped[UUID] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("lesson_units.id", ondelete="CASCADE"))
    title: Mapped[str]
    position: Mapped[int] = mapped_column(Integer)
    published_at: Mapped[datetime | None]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    deleted_at: Mapped[datetime | None]


class LessonTextRow(Base):
    """What a lesson says, as `classroom.lessons.content` allows it; apart from the lesson, so that lists do not read it.

    `version` counts the changes: who changes a text names the one it was made from.
    """

    __tablename__ = "lesson_texts"

    lesson_id: Mapped[UUID] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True)
    content: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(Integer, server_default=text("1"))
    edited_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    edited_at: Mapped[datetime] = mapped_column(server_default=func.now())


class LessonReaderRow(Base):
    """That a student has opened a lesson, and whether they say that they are done with it."""

    __tablename__ = "lesson_readers"
    __table_args__ = (Index("ix_lesson_readers_user_id", "user_id"),)

    lesson_id: Mapped[UUID] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    completed_at: Mapped[datetime | None]


class LessonFileRow(Base):
    """That a lesson's text shows a file: a picture, a video, something to download."""

    __tablename__ = "lesson_files"
    __table_args__ = (Index("ix_lesson_files_file_id", "file_id"),)

    lesson_id: Mapped[UUID] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("files.id", ondelete="RESTRICT"), primary_key=True)
