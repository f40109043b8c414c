"""The tables of courses and of the classes that belong to them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, func, text
from sqlalchemy.orm import Mapped, mapped_column

from persistence.base import Base, TextEnum, one_of


class Enrolment(StrEnum):
    """How students get into a class of a course from the catalogue. Its join code works besides, for whoever has it."""

    OPEN = "open"
    CODE = "code"
    CLOSED = "closed"


class CourseRow(Base):
    """A subject in the catalogue. Until it is published, only who teaches it and who is in its classes see it.

    `search_text` is what `classroom.courses.rules.searchable` makes of the words: the database's own ideas of case and letters
    depend on its locale, and know no Chinese.
    """

    __tablename__ = "courses"
    __table_args__ = (
        Index("ix_courses_category", "category", "id", postgresql_where=text("published_at is not null")),
        Index("ix_courses_created_by", "created_by"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str]
    category: Mapped[str]
    description: Mapped[str]
    search_text: Mapped[str]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    published_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]


class CourseClassRow(Base):
    """That a class is one of a course, and how one gets into it. `seats`: how many students it takes; None for any number."""

    __tablename__ = "course_classes"
    __table_args__ = (
        one_of("enrolment", Enrolment),
        CheckConstraint("seats > 0", name="seats"),
        Index("ix_course_classes_course_id", "course_id"),
    )

    class_id: Mapped[UUID] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"), primary_key=True)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("courses.id", ondelete="CASCADE"))
    enrolment: Mapped[Enrolment] = mapped_column(TextEnum(Enrolment))
    seats: Mapped[int | None] = mapped_column(Integer)
