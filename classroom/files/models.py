"""The table of uploaded files. Their bytes are in ``persistence.file_store``, named by their hash."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, ForeignKey, Index, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from persistence.base import Base


class FileRow(Base):
    """One upload by one person. Several rows may share the same bytes.

    `document_id`: the document it was uploaded to, and belongs to for good. `class_id`: the class whose room it takes.
    `unused_since`: when the collector first saw that nothing uses it.
    """

    __tablename__ = "files"
    __table_args__ = (
        Index("ix_files_document_id", "document_id"),
        Index("ix_files_sha256", "sha256"),
        Index("ix_files_uploaded_by", "uploaded_by", postgresql_include=["size"]),
        Index("ix_files_class_id", "class_id", postgresql_include=["size"]),
        Index("ix_files_unused_since", "unused_since", postgresql_where=text("unused_since is not null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    sha256: Mapped[bytes]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str]
    uploaded_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"))
    class_id: Mapped[UUID | None] = mapped_column(ForeignKey("classes.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    unused_since: Mapped[datetime | None]


class ForgottenFileRow(Base):
    """A file of a document that no moment shows which the document's history still has.

    It is the document's again as soon as an update after `seq` holds one of `names`, by which a document shows it.
    """

    __tablename__ = "forgotten_files"

    file_id: Mapped[UUID] = mapped_column(ForeignKey("files.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    names: Mapped[list[str]] = mapped_column(ARRAY(Text()))
