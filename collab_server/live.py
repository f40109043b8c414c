"""The engine's public face: what the rest of the house may ask of open documents."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from collab_server.ports import EditTransaction
from collab_server.ports import MomentNotKept as MomentNotKept  # noqa: PLC0414 -- part of this face
from documents.kinds import Kind
from documents.writing import Change


class LiveDocuments(Protocol):
    """Open documents, wherever they are open."""

    async def access_changed(self, *, user_id: UUID | None = None, document_id: UUID | None = None) -> None:
        """Decide again about the open sessions that match (None matches all); in force when it returns.

        Call it after the transaction that changed a role, a membership, a right, a document's existence or a login has
        committed.
        """

    def edit(
        self,
        transaction: EditTransaction,
        document_id: UUID,
        kind: Kind,
        change: Change,
        *,
        by: UUID | None = None,
    ) -> None:
        """Change a document from the server's side, in the same transaction as the rows that the change belongs to.

        `change` runs last in the transaction, on the document as its log has it by then, and what it makes is in the log when
        the transaction commits; everybody who has the document open gets it right after. Rolled back, nothing of it was. What it
        raises rolls back; so does NotFound, where there is no such document. It must not wait for anything. `by`: whom the log
        shall name as the author.
        """


class Activity(NamedTuple):
    """Somebody has joined a document or, once for each session, `edited` it."""

    document_id: UUID
    user_id: UUID
    edited: bool


ActivityListener = Callable[[Sequence[Activity]], Awaitable[None]]
"""Wants to know who does what in which document; what it raises costs those news only."""


@dataclass(frozen=True, slots=True)
class SessionFigures:
    """One session in an open document. `congested`: its peer reads more slowly than the document changes."""

    user_id: UUID
    name: str
    role: str
    may_write: bool
    dialect: str
    joined_at: datetime
    congested: bool


@dataclass(frozen=True, slots=True)
class RoomFigures:
    """One open document. `size` is in bytes of updates; `backlog` counts the updates on their way into the log."""

    document_id: UUID
    seq: int
    size: int
    backlog: int
    sessions: Sequence[SessionFigures]


@dataclass(frozen=True, slots=True)
class NeededPast:
    """What somebody needs of a document's past.

    moments: rows after which the document must stay readable as it was; rows_after: where there is such a bound, rows after that
    one must stay; watched: somebody wants to hear what no moment shows any more.
    """

    moments: Collection[int] = ()
    rows_after: int | None = None
    watched: bool = False


class NotCommitted(Exception):
    """The log does not take what was accepted; the clients keep their edits and send them again."""


class RoomsView(Protocol):
    """The open documents, on whatever node, for those who look after them."""

    async def open_rooms(self) -> Sequence[RoomFigures]:
        """Return every open document."""

    async def open_room(self, document_id: UUID) -> RoomFigures | None:
        """Return one document, or None where it is not open."""

    async def close_room(self, document_id: UUID) -> int | None:
        """Commit what was accepted, then end every session with 1012; the room opens anew from the log.

        Clients come back by themselves. Returns how many sessions ended, None where the document is not open.
        """

    async def send_away(self, document_id: UUID, *, user_id: UUID) -> int | None:
        """End one person's sessions for good: their clients stay away until the person opens the document again.

        Returns how many sessions ended, None where the document is not open.
        """

    async def flush(self, document_id: UUID) -> int | None:
        """Wait until what was accepted so far is committed, and keep a snapshot.

        Returns the seq up to which all is kept, None where the document is not open. Raises NotCommitted.
        """

    async def restore(self, document_id: UUID, *, moment: int | datetime, by: UUID) -> int | None:
        """Bring back what a document was after a row of its log or at a time, open or not, as a new epoch, in somebody's name.

        What came later stays in the log; open sessions end with 4409. Returns the new epoch, None where there is no such document
        or row. Raises NotCommitted, and MomentNotKept where the log does not go back so far any more.
        """
