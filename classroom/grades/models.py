"""The tables of gradebooks. A grade is here, whether it came from an assignment or a teacher typed it in."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Numeric, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from persistence.base import Base, TextEnum, one_of


class GradeSource(StrEnum):
    """Where a grade was given."""

    SUBMISSION = "submission"
    GRADEBOOK = "gradebook"
    TABLE = "table"


class GradebookRow(Base):
    """How a class's grades are put together; without one, all items count together and there are no letters.

    `letters`: `[label, from percent]`, best first.
    """

    __tablename__ = "gradebooks"

    class_id: Mapped[UUID] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"), primary_key=True)
    letters: Mapped[list[Any]] = mapped_column(JSONB)
    version: Mapped[int] = mapped_column(Integer)


class CategoryRow(Base):
    """A part of the total: its weight beside the others, and how many of the lowest grades in it do not count."""

    __tablename__ = "grade_categories"
    __table_args__ = (
        CheckConstraint("weight >= 0", name="weight"),
        CheckConstraint("drop_lowest >= 0", name="drop_lowest"),
        Index("ix_grade_categories_class_id", "class_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    class_id: Mapped[UUID] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"))
    title: Mapped[str]
    weight: Mapped[Decimal] = mapped_column(Numeric(9, 3))
    drop_lowest: Mapped[int] = mapped_column(Integer)
    position: Mapped[int] = mapped_column(Integer)


class ItemRow(Base):
    """What is graded: an assignment, or a column of the teachers' own. An assignment's title and points are the assignment's.

    `weight`: beside the others of its category; None: its full marks. `hidden`: students do not see its grades yet.
    """

    __tablename__ = "grade_items"
    __table_args__ = (
        CheckConstraint("(assignment_id is null) = (title is not null)", name="title"),
        CheckConstraint("(assignment_id is null) = (points_max is not null)", name="points_max"),
        CheckConstraint("weight >= 0", name="weight"),
        UniqueConstraint("assignment_id"),
        Index("ix_grade_items_class_id", "class_id"),
        Index("ix_grade_items_category_id", "category_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    class_id: Mapped[UUID] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"))
    assignment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id", ondelete="CASCADE"))
    category_id: Mapped[UUID | None] = mapped_column(ForeignKey("grade_categories.id", ondelete="SET NULL"))
    title: Mapped[str | None]
    points_max: Mapped[Decimal | None] = mapped_column(Numeric(9, 2))
    weight: Mapped[Decimal | None] = mapped_column(Numeric(9, 3))
    hidden: Mapped[bool] = mapped_column(server_default=text("false"))
    position: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    removed_at: Mapped[datetime | None]


class GradeRow(Base):
    """What one student's work is worth. `returned_at`: since when the student may see it; `version`: to tell who was first."""

    __tablename__ = "grades"
    __table_args__ = (
        CheckConstraint("points is null or not excused", name="excused"),
        Index("ix_grades_user_id_item_id", "user_id", "item_id"),
        Index("ix_grades_graded_by", "graded_by"),
    )

    item_id: Mapped[UUID] = mapped_column(ForeignKey("grade_items.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    points: Mapped[Decimal | None] = mapped_column(Numeric(9, 2))
    excused: Mapped[bool] = mapped_column(server_default=text("false"))
    version: Mapped[int] = mapped_column(Integer)
    graded_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    graded_at: Mapped[datetime]
    returned_at: Mapped[datetime | None]


class GradeChangeRow(Base):
    """That somebody changed a grade: the history, which only grows."""

    __tablename__ = "grade_changes"
    __table_args__ = (
        one_of("source", GradeSource),
        Index("ix_grade_changes_class_id_id", "class_id", "id"),
        Index("ix_grade_changes_item_id_user_id_id", "item_id", "user_id", "id"),
        Index("ix_grade_changes_user_id", "user_id"),
        Index("ix_grade_changes_changed_by", "changed_by"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    class_id: Mapped[UUID] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"))
    item_id: Mapped[UUID] = mapped_column(ForeignKey("grade_items.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    points_before: Mapped[Decimal | None] = mapped_column(Numeric(9, 2))
    points_after: Mapped[Decimal | None] = mapped_column(Numeric(9, 2))
    excused_before: Mapped[bool]
    excused_after: Mapped[bool]
    source: Mapped[GradeSource] = mapped_column(TextEnum(GradeSource))
    changed_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())
