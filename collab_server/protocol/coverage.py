"""Which clocks a document holds: what is known, what is missing, what is new.

Kept beside the CRDT document because asking it is slow, and because it must also count what is accepted but not yet committed.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from itertools import groupby
from operator import itemgetter

from collab_server.errors import Malformed
from collab_server.protocol.codec import Reader, uint
from collab_server.protocol.update import MAX_CLOCK, Summary

_MANY_RANGES = 256
"""From here on, sorting all ranges costs less than moving the later ones for each new one."""


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
            deleted = coverage._deleted.setdefault(reader.uint(), _Ranges())
            clocks = [(reader.uint(), reader.uint()) for _ in range(reader.uint())]
            deleted.add_all([(clock, clock + length) for clock, length in clocks])
        coverage.clocks = _read_clocks(reader)
        return coverage

    def misses(self, summary: Summary) -> bool:
        """Say whether the update builds on clocks that are not here, so that applying it would leave it pending."""
        if summary.has_gap:
            return True
        clocks = self.clocks
        after: dict[int, int] = {}
        for client, first, end in summary.adds:
            known = clocks.get(client, 0)
            if first > known:
                return True
            after[client] = end if end > known else known
        for client, clock in summary.needs.items():
            if clock > (after.get(client) or clocks.get(client, 0)):
                return True
        return any(end > (after.get(client) or clocks.get(client, 0)) for client, _, end in summary.deletes)

    def entangles(self, summary: Summary) -> bool:
        """Say whether parts of an update that misses nothing wait for each other, so that they would stay pending for ever.

        Each client's part is applied up to the first item that needs more of another one, again and again, as the CRDT
        library does it.
        """
        if not summary.order:
            return False
        ends = {client: max(end, self.clocks.get(client, 0)) for client, _, end in summary.adds}
        parts: dict[int, list[tuple[int, int, int]]] = {}
        for client, clock, other, needed in reversed(summary.order):
            if other in ends:
                parts.setdefault(client, []).append((clock, other, needed))
        reached = {client: self.clocks.get(client, 0) if client in parts else end for client, end in ends.items()}
        waiting: dict[int, list[tuple[int, int]]] = {}
        ready = list(parts)
        while ready:
            client = ready.pop()
            part = parts[client]
            while part and part[-1][2] <= reached[part[-1][1]]:
                part.pop()
            if part:
                clock, other, needed = part[-1]
                heappush(waiting.setdefault(other, []), (needed, client))
            else:
                clock = ends[client]
            reached[client] = clock = max(clock, reached[client])
            patient = waiting.get(client)
            while patient and patient[0][0] <= clock:
                ready.append(heappop(patient)[1])
        return any(parts.values())

    def holds(self, summary: Summary) -> bool:
        """Say whether everything in the update is here already, so that applying it would change nothing."""
        for client, _, end in summary.adds:
            if end > self.clocks.get(client, 0):
                return False
        for client, first, end in summary.deletes:
            deleted = self._deleted.get(client)
            if deleted is None or not deleted.contains(first, end):
                return False
        return True

    def add(self, summary: Summary) -> None:
        """Count an accepted update in."""
        for client, _, end in summary.adds:
            if end > self.clocks.get(client, 0):
                self.clocks[client] = end
        if not summary.deletes:
            return
        for client, runs in groupby(summary.deletes, key=itemgetter(0)):
            self._deleted.setdefault(client, _Ranges()).add_all([(first, end) for _, first, end in runs])

    def deletions(self) -> list[tuple[int, list[tuple[int, int]]]]:
        """Return the deleted runs, (first clock, clock after the last), of each client."""
        return [(client, ranges.runs()) for client, ranges in self._deleted.items()]

    def learn_deletions(self, other: "Coverage") -> None:
        """Count in what another coverage of the same document knows to be deleted."""
        for client, runs in other.deletions():
            self._deleted.setdefault(client, _Ranges()).add_all(runs)

    def before(self, summaries: Iterable[Summary]) -> "Coverage":
        """Return how far the clocks went before these updates were added."""
        earlier = Coverage()
        earlier.clocks = dict(self.clocks)
        for summary in summaries:
            for client, first, _ in summary.adds:
                earlier.clocks[client] = min(first, earlier.clocks.get(client, first))
        return earlier

    def state_vector(self) -> bytes:
        """Encode the clocks as Yjs does."""
        return uint(len(self.clocks)) + b"".join(uint(client) + uint(clock) for client, clock in self.clocks.items())


def read_state_vector(data: bytes) -> dict[int, int]:
    """Read a state vector that a client sent: client -> clock; raises Malformed."""
    reader = Reader(data)
    clocks = _read_clocks(reader)
    reader.finish()
    if any(clock > MAX_CLOCK for clock in clocks.values()):
        raise Malformed("clock is out of range")
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

    def runs(self) -> list[tuple[int, int]]:
        """Return the runs as (first clock, clock after the last)."""
        return list(zip(self._starts, self._ends, strict=True))

    def add_all(self, runs: Sequence[tuple[int, int]]) -> None:
        """Add many runs, in any order."""
        if len(runs) < _MANY_RANGES:
            for start, end in runs:
                self._add(start, end)
            return
        merged = sorted([*self.runs(), *runs])
        self._starts.clear()
        self._ends.clear()
        for start, end in merged:
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(end, self._ends[-1])
            else:
                self._starts.append(start)
                self._ends.append(end)

    def _add(self, start: int, end: int) -> None:
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
