"""The tables of the update log: what the engine writes, and what everything live is derived from."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Integer, false, func, text
from sqlalchemy.orm import Mapped, mapped_column

from persistence.base import Base


class DocumentHead(Base):
    """Where a document's log stands. Its row lock orders the writers."""

    __tablename__ = "document_heads"
    # The row changes with every batch: room on its page keeps those updates heap-only (no index writes).
    __table_args__ = ({"postgresql_with": {"fillfactor": 50}},)

    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    epoch: Mapped[int] = mapped_column(Integer, server_default=text("1"))
    seq: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class DocumentUpdate(Base):
    """One committed update, its bytes as they were received.

    No foreign key to the document, which would be looked up for each row: whoever appends holds the document's head, and a trigger on the
    heads takes the updates away with it.
    """

    __tablename__ = "document_updates"

    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    payload: Mapped[bytes]
    encoding: Mapped[str] = mapped_column(server_default=text("'v1'"))
    # No foreign keys to people: who wrote what stays true when an account is erased, and an append stays one insert.
    user_id: Mapped[UUID | None]
    session_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class DocumentEpoch(Base):
    """A time at which a document began anew, with the content of an earlier moment. The first epoch has no row."""

    __tablename__ = "document_epochs"

    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    epoch: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    # The updates from here to the next epoch's first one make the document; the first holds its whole content.
    first_seq: Mapped[int] = mapped_column(BigInteger)
    restored_seq: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class DocumentAuthor(Base):
    """Whose a Yjs client id is: the person on whose connection it first added something to the document.

    Ids of earlier epochs are kept, to tell copies from before; without a person, one that the server itself had written under.
    """

    __tablename__ = "document_authors"

    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    client_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    # No foreign key, as above: an id stays taken when its owner's account is erased.
    user_id: Mapped[UUID | None]
    epoch: Mapped[int] = mapped_column(Integer)


class DocumentSnapshot(Base):
    """The whole state of a document after the update numbered ``seq``.

    `kept`: it stays, because updates before it are gone, or may go. The newest such one is where the document's history begins.
    """

    __tablename__ = "document_snapshots"

    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    encoding: Mapped[str] = mapped_column(server_default=text("'v1+zlib'"))
    payload: Mapped[bytes]
    # Where characters of two clocks stand, which an edit could cut: found by a walk over all of the state, so it is kept.
    halves: Mapped[bytes | None]
    kept: Mapped[bool] = mapped_column(server_default=false())
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
