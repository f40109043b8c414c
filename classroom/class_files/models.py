"""The table of files shared in a class."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from persistence.base import Base, TextEnum, one_of


class Audience(StrEnum):
    """Who of a class may see a file that is shared in it."""

    EVERYBODY = "everybody"
    TEACHERS = "teachers"


class ClassFileRow(Base):
    """One file as it is shared in a class, under a name of its own there.

    Removed, it can be brought back until the collector takes the file, and this row with it.
    """

    __tablename__ = "class_files"
    __table_args__ = (
        one_of("audience", Audience),
        UniqueConstraint("class_id", "file_id", name="uq_class_files_class_id"),
        Index("ix_class_files_class_id", "class_id", "id"),
        Index("ix_class_files_file_id", "file_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    class_id: Mapped[UUID] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"))
    file_id: Mapped[UUID] = mapped_column(ForeignKey("files.id", ondelete="CASCADE"))
    name: Mapped[str]
    audience: Mapped[Audience] = mapped_column(TextEnum(Audience))
    added_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    removed_at: Mapped[datetime | None]
