"""The tables of classes and their members."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from persistence.base import Base, TextEnum, one_of


class ClassRole(StrEnum):
    """What a person is in one class."""

    STUDENT = "student"
    TEACHER = "teacher"


class ClassRow(Base):
    """A group of people with one or more teachers."""

    __tablename__ = "classes"
    __table_args__ = (UniqueConstraint("join_code"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str]
    join_code: Mapped[str]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    deleted_at: Mapped[datetime | None]


class MembershipRow(Base):
    """A person in a class."""

    __tablename__ = "memberships"
    __table_args__ = (
        one_of("role", ClassRole),
        Index("ix_memberships_user_id", "user_id"),
        Index("ix_memberships_class_id_role", "class_id", "role"),
    )

    class_id: Mapped[UUID] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[ClassRole] = mapped_column(TextEnum(ClassRole))
    joined_at: Mapped[datetime] = mapped_column(server_default=func.now())
