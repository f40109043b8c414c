"""What a room has accepted and not committed: it waits in the inbox, then it is the batch that is being committed. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from collab_server.audience import Member
from collab_server.ports import LogRow
from collab_server.protocol.update import Summary


class Applied(NamedTuple):
    """A committed row on its way to everybody: from a member here, or of `author`, whom somebody else had let in."""

    seq: int
    update: bytes
    summary: Summary
    member: Member | None = None
    author: UUID | None = None


@dataclass(eq=False, slots=True)
class Offered:
    """An accepted update on its way into the log; `row` is None where only the acknowledgement has to wait its turn.

    early: how many updates that came before what they build on are in it, and saved with it.
    """

    member: Member
    summary: Summary
    row: LogRow | None
    taken_at: float
    early: int = 0

    def applied(self, seq: int) -> Applied:
        """Return its row, under the number that it got, as it goes to everybody."""
        assert self.row is not None
        return Applied(seq, self.row.payload, self.summary, self.member)


class Inbox:
    """`waiting`: what comes after the `batch`. Bounded in number and in bytes by who asks whether it is full."""

    def __init__(self) -> None:
        self.waiting: list[Offered] = []
        self.batch: list[Offered] = []
        self._bytes = 0

    def __len__(self) -> int:
        return len(self.batch) + len(self.waiting)

    def is_full(self, *, max_updates: int, max_bytes: int) -> bool:
        """Say whether nothing more may wait."""
        return len(self.waiting) >= max_updates or self._bytes >= max_bytes

    def put(self, offered: Offered) -> None:
        """Let an update wait."""
        self.waiting.append(offered)
        if offered.row is not None:
            self._bytes += len(offered.row.payload)

    def has_rows(self) -> bool:
        """Say whether there is something for the log."""
        return any(offered.row is not None for offered in self.batch or self.waiting)

    def take_batch(self) -> None:
        """Make what waits the batch, unless there is one: what failed comes again, alone, and stands in the log before what follows."""
        if not self.batch:
            self.batch, self.waiting, self._bytes = self.waiting, [], 0

    def rows(self) -> list[LogRow]:
        """Return the batch's rows."""
        return [offered.row for offered in self.batch if offered.row is not None]

    def written(self) -> list[Offered]:
        """Return what of the batch has a row."""
        return [offered for offered in self.batch if offered.row is not None]

    def end_batch(self) -> Sequence[Offered]:
        """Return the batch, which is committed."""
        batch, self.batch = self.batch, []
        return batch

    def drop(self, members: Collection[Member]) -> int:
        """Drop what waits of some members; returns how many updates those are."""
        before = len(self.waiting)
        kept = [offered for offered in self.waiting if offered.member not in members]
        self.waiting, self._bytes = [], 0
        for offered in kept:
            self.put(offered)
        return before - len(kept)

    def clear(self) -> None:
        """Drop everything."""
        self.batch, self.waiting, self._bytes = [], [], 0
