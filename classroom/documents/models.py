"""The tables of documents and of personal access to them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func, text, true
from sqlalchemy.orm import Mapped, mapped_column

from documents.access import Level, OnStage
from documents.kinds import Kind
from persistence.base import Base, TextEnum, one_of


class DocumentRow(Base):
    """What the house knows about a Yjs document; its content is in the update log.

    `on_stage` and `presenter_id` are what the class's running session makes of it.
    """

    __tablename__ = "documents"
    __table_args__ = (
        one_of("kind", Kind),
        one_of("students", Level),
        one_of("on_stage", OnStage),
        Index("ix_documents_class_id", "class_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    class_id: Mapped[UUID] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"))
    kind: Mapped[Kind] = mapped_column(TextEnum(Kind))
    title: Mapped[str]
    students: Mapped[Level] = mapped_column(TextEnum(Level))
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    listed: Mapped[bool] = mapped_column(server_default=true())
    deleted_at: Mapped[datetime | None]
    on_stage: Mapped[OnStage] = mapped_column(TextEnum(OnStage), server_default=text("'off'"))
    presenter_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))


class DocumentAccessRow(Base):
    """One person's own access to a document, instead of the setting for all students."""

    __tablename__ = "document_access"
    __table_args__ = (one_of("access", Level), Index("ix_document_access_user_id", "user_id"))

    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    access: Mapped[Level] = mapped_column(TextEnum(Level))
