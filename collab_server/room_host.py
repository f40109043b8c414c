"""What a room is in, and what bounds it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from collab_server.content import Content
from collab_server.ports import CommittedRow, LogRow

if TYPE_CHECKING:
    from collab_server.room import Room


@dataclass(frozen=True, slots=True)
class RoomLimits:
    """Bounds of one room; what waits for the log is bounded in number and in bytes."""

    document_max_bytes: int
    inbox_max_updates: int = 10_000
    inbox_max_bytes: int = 64 * 1024 * 1024


class RoomHost(Protocol):
    """What a room is in: it hears of the room, and reads its document again."""

    def emptied(self, room: "Room") -> None:
        """Hear that nobody is here, and nothing on its way into the log."""

    def grown(self, room: "Room") -> None:
        """Hear that rows were committed."""

    def edited(self, document_id: UUID, user_id: UUID) -> None:
        """Hear that somebody has changed the document; once for each session."""

    async def read_again(self, document_id: UUID) -> tuple[Content, Collection[int]]:
        """Return the document, and the rows that had to be left out of it just now; raises NotFound."""

    async def read_rows(self, document_id: UUID, *, after: int, until: int) -> Sequence[CommittedRow]:
        """Read the rows after one seq up to another."""

    def committed(self, room: "Room", first_seq: int, rows: Sequence[LogRow]) -> None:
        """Hear of the room's own rows, once they are in the log."""

    def present(self, room: "Room", states: bytes) -> None:
        """Hear who is here, or has gone: an awareness update."""
