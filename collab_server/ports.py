"""What the engine asks of the rest of the house, and the values that pass between them."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from collab_server.errors import EngineError


class Right(Enum):
    """What a person may do in an open document."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class Participant:
    """Who a person is to the others in a document, in the server's words."""

    id: UUID
    name: str
    role: str
    color: str
    picture: UUID | None = None

    def as_state(self) -> dict[str, str]:
        """Return the `user` field of this person's presence; `picture` is in it where there is one."""
        state = {"id": str(self.id), "name": self.name, "role": self.role, "color": self.color}
        return state if self.picture is None else {**state, "picture": str(self.picture)}


@dataclass(frozen=True, slots=True)
class Admission:
    """A person's right to one document, as decided at one moment.

    login: the sign-in that the access token belongs to; expires_at: when the token ends.
    """

    document_id: UUID
    participant: Participant
    login: UUID
    right: Right
    expires_at: datetime


class Doorkeeper(Protocol):
    """Decides who may open which document."""

    async def admit(self, token: str, document_name: str) -> Admission:
        """Check a token and decide; raises Unauthenticated or NotFound."""

    async def review(self, admissions: Sequence[Admission]) -> Sequence[Admission | EngineError]:
        """Decide again, for the same logins and documents, in that order; who is out gets Unauthenticated or NotFound."""


class MomentNotKept(Exception):
    """Rows that are asked for, or that a moment is made of, are not in the log any more: their time is over (SPEC rule 3)."""


class LogRow(NamedTuple):
    """One Yjs update (v1), as received, and who sent it on which socket.

    new_clients: the Yjs client ids that it brings into the document; from now on they are the sender's.
    epoch: the document's epoch that it belongs to; after: how far the log is known to go, so that nothing is written where it lacks that.
    """

    payload: bytes
    user_id: UUID | None
    session_id: UUID | None
    new_clients: Sequence[int] = ()
    epoch: int = 1
    after: int = 0


class CommittedRow(NamedTuple):
    """One row of the log, as somebody else has appended it.

    author: whose the client ids are that it brings into the document; None where the server wrote it itself.
    """

    seq: int
    payload: bytes
    author: UUID | None


class StoredDocument(Protocol):
    """A document as kept: the newest snapshot (a Yjs update, v1; none at seq 0) and (seq, update) of the rows after it.

    All of one epoch: a restored document begins anew, and what was before is history.
    """

    @property
    def seq(self) -> int:
        """Return the seq of the last row."""

    @property
    def snapshot(self) -> bytes | None:
        """Return the newest snapshot."""

    @property
    def halves(self) -> bytes | None:
        """Return what was kept with the snapshot of its characters (protocol.characters); None where it is not known."""

    @property
    def snapshot_seq(self) -> int:
        """Return the last row in the snapshot."""

    @property
    def unreadable(self) -> Sequence[int]:
        """Return which newer snapshots (by their seq) cannot be unpacked, and were passed over."""

    @property
    def tail(self) -> Sequence[tuple[int, bytes]]:
        """Return the rows after the snapshot."""

    @property
    def authors(self) -> Mapping[UUID, Sequence[int]]:
        """Return each person's Yjs client ids of this epoch."""

    @property
    def epoch(self) -> int:
        """Return the epoch, counted from 1."""

    @property
    def retired(self) -> Sequence[int]:
        """Return the Yjs client ids of earlier epochs."""


@dataclass(frozen=True, slots=True)
class NewEpoch:
    """How a document begins anew.

    after_epoch, after_seq: where the document must stand; restored_seq: the row whose moment comes back; state: the whole
    document of that moment (a Yjs update, v1), the new epoch's first row; retired: client ids in use so far that are nobody's; by: who
    brings it back, and is named in that row.
    """

    after_epoch: int
    after_seq: int
    restored_seq: int
    state: bytes
    retired: Sequence[int]
    by: UUID | None = None


class UpdateLog(Protocol):
    """The ordered, gapless log of each document's updates: the truth from which all else is derived."""

    async def append(self, batches: Mapping[UUID, Sequence[LogRow]]) -> Mapping[UUID, int]:
        """Commit the rows of several documents, and whose their new client ids are, in one transaction.

        Returns the seq of the last row per document; a document that does not exist, or is in another epoch than the rows, is
        left out, and gets no rows. So is one that does not go as far as the rows know, and one where a new client id was given to somebody else by another process a moment before.
        Raises OSError or the driver's error when nothing was committed.
        """

    async def load(
        self, document_id: UUID, *, seq: int | None = None, snapshot_before: int | None = None
    ) -> StoredDocument | None:
        """Read a document as it is, or as it was after row `seq`; None when there is none.

        snapshot_before: only a snapshot of an earlier row will do, because that one cannot be applied. Raises MomentNotKept where
        some of the rows that it needs are gone: never less than all of them is returned.
        """

    async def read_rows(self, document_id: UUID, *, after: int, until: int) -> Sequence[CommittedRow]:
        """Read the rows after one seq up to another; those left out of every load are missing. Raises MomentNotKept."""

    async def heads(self, document_ids: Collection[UUID]) -> Mapping[UUID, tuple[int, int]]:
        """Return (epoch, seq) of those of the documents that there are."""

    async def seq_at(self, document_id: UUID, moment: datetime) -> int | None:
        """Return the last row that was written up to a moment; 0 where none was, None when there is no document.

        Raises MomentNotKept where that row is gone.
        """

    async def begin_epoch(self, document_id: UUID, beginning: NewEpoch) -> bool:
        """Let a document begin anew with one row; False, and nothing changed, where it has moved on meanwhile."""

    async def bring_back(
        self, document_id: UUID, epoch: int, after_seq: int, update: bytes, claims: Mapping[int, UUID]
    ) -> bool:
        """Append what the log has lost as one row of nobody's, and say again whose its client ids are.

        False, and nothing changed, where the document is not at this epoch and seq any more.
        """

    async def save_snapshot(self, document_id: UUID, seq: int, state: bytes, *, halves: bytes | None = None) -> None:
        """Keep `state`, the whole document up to and including row `seq`, in place of what was kept of that row.

        halves: what is known of its characters.
        """

    async def quarantine(self, document_id: UUID, seq: int) -> None:
        """Leave row `seq` out of every later load: the CRDT library cannot apply it. Its bytes are kept."""


class EditTransaction(Protocol):
    """A database transaction in which documents are edited beside other things."""

    def before_commit(self, step: Callable[[], Awaitable[object]]) -> None:
        """Await `step` as the last thing in the transaction; what it raises rolls back."""

    def after_commit(self, callback: Callable[[], object]) -> None:
        """Call `callback` once the transaction has committed; never after a rollback."""


class EditLog(Protocol):
    """The log within such a transaction (`transaction`: an EditTransaction of the implementation's own kind)."""

    async def lock(self, transaction: Any, document_ids: Iterable[UUID]) -> Mapping[UUID, tuple[int, int]]:
        """Let nobody else append until the transaction ends; returns (epoch, seq) of the documents that there are."""

    async def load(self, transaction: Any, document_id: UUID) -> StoredDocument | None:
        """Read a document as it is; None when there is none."""

    async def read_rows(
        self, transaction: Any, document_id: UUID, *, after: int, until: int
    ) -> Sequence[tuple[int, bytes]]:
        """Read (seq, update) of the rows after one seq up to another; raises MomentNotKept."""

    async def append(self, transaction: Any, batches: Mapping[UUID, Sequence[LogRow]]) -> Mapping[UUID, int]:
        """Append to documents that are locked; returns each document's last seq."""


class OtherNodes:
    """The other processes that serve the same documents; as it stands, there are none.

    Nothing here waits: whatever they miss they read from the log.
    """

    def attend(self, document_id: UUID) -> None:
        """Let us hear of a document from now on."""

    def leave(self, document_id: UUID) -> None:
        """Let us hear no more of a document."""

    def committed(self, document_id: UUID, epoch: int, first_seq: int, rows: Sequence[LogRow]) -> None:
        """Tell of rows that are in the log now."""

    def presence(self, document_id: UUID, states: bytes) -> None:
        """Tell who is in a document here: an awareness update."""

    def restored(self, document_id: UUID) -> None:
        """Tell that a document has begun anew."""

    def access_changed(self, *, user_id: UUID | None, document_id: UUID | None) -> None:
        """Let them decide again about the sessions that match (None matches all)."""
