"""What a node asks of the rest of the house."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from collab_server.ports import CommittedRow
from collab_server.protocol.awareness import PresenceEntry


class Heads(Protocol):
    """Says how far documents go in the log."""

    async def heads(self, document_ids: Collection[UUID]) -> Mapping[UUID, tuple[int, int]]:
        """Return (epoch, seq) of those of the documents that there are."""


class Place(Protocol):
    """This node's place among the processes that serve one database."""

    @property
    def cluster(self) -> bytes:
        """Return what all of them have in common, and those of a copy of the database do not."""

    def now(self) -> float:
        """Return the database's time, in seconds."""


class House(Protocol):
    """What hears of the other nodes: this node's engine."""

    def open_documents(self) -> Collection[UUID]:
        """Return the documents that are open here."""

    def hear(self, document_id: UUID, epoch: int, seq: int, rows: Sequence[CommittedRow]) -> None:
        """Hear how far a document's log goes, and of rows that others have committed."""

    def seqs(self, document_ids: Collection[UUID]) -> Mapping[UUID, int]:
        """Return how far those of the documents go here that are open."""

    def log_ends_at(self, document_id: UUID, seq: int) -> None:
        """Hear that a document's log goes no further than this, although it did."""

    def hear_presence(self, document_id: UUID, node: UUID, entries: Sequence[PresenceEntry]) -> None:
        """Hear who is in a document on another node."""

    def introduce_to_nodes(self, document_id: UUID) -> None:
        """Tell the other nodes who is in a document here."""

    def forget_node(self, node: UUID) -> None:
        """Take everybody's presence away who was on another node."""

    async def review(self, *, user_id: UUID | None = None, document_id: UUID | None = None) -> None:
        """Decide again about the sessions here that match (None matches all)."""
