"""The tables of decks: what is drawn over their slides, the work on uploads, and the pages that came of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Float, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from classroom.slides.rules import UploadState
from documents.access import Level
from persistence.base import Base, TextEnum, one_of


class DeckRow(Base):
    """What the house knows about a deck besides its document: what students may do on the boards over its slides."""

    __tablename__ = "decks"
    __table_args__ = (one_of("annotations", Level),)

    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    annotations: Mapped[Level] = mapped_column(TextEnum(Level), server_default=Level.READ.value)


class SlideBoardRow(Base):
    """The board over one slide. The deck's document names it too; this row says that it is truly that deck's."""

    __tablename__ = "slide_boards"

    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    slide_id: Mapped[str] = mapped_column(primary_key=True)
    board_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), unique=True)


class SlideUploadRow(Base):
    """One uploaded PDF on its way to becoming slides.

    Whoever works on it holds a lease; when the lease is over, that process is gone, and another one goes on after `pages_done`.
    """

    __tablename__ = "slide_uploads"
    __table_args__ = (one_of("state", UploadState), Index("ix_slide_uploads_document_id", "document_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"))
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("files.id", ondelete="SET NULL"))
    file_name: Mapped[str]
    pages: Mapped[int]
    pages_done: Mapped[int] = mapped_column(server_default="0")
    state: Mapped[UploadState] = mapped_column(TextEnum(UploadState), server_default=UploadState.QUEUED.value)
    problem: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    leased_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class PdfPageRow(Base):
    """One page of an uploaded PDF: its size in points, its words, and its pictures by their hashes."""

    __tablename__ = "pdf_pages"

    file_id: Mapped[UUID] = mapped_column(ForeignKey("files.id", ondelete="CASCADE"), primary_key=True)
    page: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    width: Mapped[float] = mapped_column(Float())
    height: Mapped[float] = mapped_column(Float())
    title: Mapped[str]
    text: Mapped[str]
    image_sha256: Mapped[bytes]
    thumbnail_sha256: Mapped[bytes]
