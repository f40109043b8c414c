"""Which clocks a document holds: what is known, what is missing, what is new.

Kept beside the CRDT document because asking it is slow, and because it must also count what is accepted but not yet committed.
"""

from bisect import bisect_left, bisect_right

from collab_server.protocol.codec import Reader, uint
from collab_server.protocol.update import Summary


class Coverage:
    """The clocks of a document: how far each client's go, and which of them are deleted."""

    __slots__ = ("_deleted", "clocks")

    def __init__(self) -> None:
        self.clocks: dict[int, int] = {}
        self._deleted: dict[int, _Ranges] = {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Coverage) and self.clocks == other.clocks and self._deleted == other._deleted

    __hash__ = None  # type: ignore[assignment]  # it changes

    @classmethod
    def from_snapshot(cls, snapshot: bytes) -> "Coverage":
        """Read a Yjs snapshot (v1): the deleted ranges, then the state vector."""
        coverage = cls()
        reader = Reader(snapshot)
        for _ in range(reader.uint()):
            ranges = coverage._deleted.setdefault(reader.uint(), _Ranges())
            for _ in range(reader.uint()):
                clock = reader.uint()
                ranges.add(clock, clock + reader.uint())
        coverage.clocks = _read_clocks(reader)
        return coverage

    def misses(self, summary: Summary) -> bool:
        """Say whether the update builds on clocks that are not here, so that applying it would leave it pending."""
        if summary.has_gap:
            return True
        after = dict(self.clocks)
        for client, first, end in summary.adds:
            if first > after.get(client, 0):
                return True
            after[client] = max(end, after.get(client, 0))
        if any(clock > after.get(client, 0) for client, clock in summary.needs.items()):
            return True
        return any(end > after.get(client, 0) for client, _, end in summary.deletes)

    def holds(self, summary: Summary) -> bool:
        """Say whether everything in the update is here already, so that applying it would change nothing."""
        if any(end > self.clocks.get(client, 0) for client, _, end in summary.adds):
            return False
        return all(
            client in self._deleted and self._deleted[client].contains(first, end)
            for client, first, end in summary.deletes
        )

    def add(self, summary: Summary) -> None:
        """Count an accepted update in."""
        for client, _, end in summary.adds:
            if end > self.clocks.get(client, 0):
                self.clocks[client] = end
        for client, first, end in summary.deletes:
            self._deleted.setdefault(client, _Ranges()).add(first, end)

    def state_vector(self) -> bytes:
        """Encode the clocks as Yjs does."""
        return uint(len(self.clocks)) + b"".join(uint(client) + uint(clock) for client, clock in self.clocks.items())


def read_state_vector(data: bytes) -> dict[int, int]:
    """Read a state vector that a client sent: client -> clock; raises Malformed."""
    reader = Reader(data)
    clocks = _read_clocks(reader)
    reader.finish()
    return clocks


def _read_clocks(reader: Reader) -> dict[int, int]:
    return {reader.uint(): reader.uint() for _ in range(reader.uint())}


class _Ranges:
    """Disjoint, sorted runs of clocks; neighbours are joined."""

    __slots__ = ("_ends", "_starts")

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Ranges) and self._starts == other._starts and self._ends == other._ends

    __hash__ = None  # type: ignore[assignment]  # it changes

    def add(self, start: int, end: int) -> None:
        """Add start ≤ clock < end."""
        low = bisect_left(self._ends, start)
        high = bisect_right(self._starts, end)
        if low < high:
            start = min(start, self._starts[low])
            end = max(end, self._ends[high - 1])
        self._starts[low:high] = [start]
        self._ends[low:high] = [end]

    def contains(self, start: int, end: int) -> bool:
        """Say whether all of start ≤ clock < end is here."""
        at = bisect_right(self._starts, start) - 1
        return at >= 0 and end <= self._ends[at]
