"""The table of uploaded files. Their bytes are in ``persistence.file_store``, named by their hash."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from persistence.base import Base


class FileRow(Base):
    """One upload by one person. Several rows may share the same bytes."""

    __tablename__ = "files"
    __table_args__ = (Index("ix_files_document_id", "document_id"), Index("ix_files_sha256", "sha256"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    sha256: Mapped[bytes]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str]
    uploaded_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
