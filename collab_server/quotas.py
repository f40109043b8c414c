"""How much one socket, one person and one network address may take. Pure: the caller gives the time."""

from collections import Counter
from collections.abc import Hashable

from collab_server.errors import TooMany

BURST_SECONDS = 5
"""A client may send this many seconds' worth of messages at once: pasting a drawing is a burst, not an attack."""


class MessageRate:
    """A token bucket for one socket's messages."""

    __slots__ = ("_capacity", "_filled_at", "_left", "_per_second")

    def __init__(self, per_second: int, *, now: float) -> None:
        self._per_second = per_second
        self._capacity = self._left = float(per_second * BURST_SECONDS)
        self._filled_at = now

    def take(self, now: float) -> None:
        """Count one message; raises TooMany."""
        self._left = min(self._capacity, self._left + (now - self._filled_at) * self._per_second)
        self._filled_at = now
        if self._left < 1:
            raise TooMany("too_many_messages")
        self._left -= 1


class Shares:
    """Counts what each holder holds, up to the same bound for all; None: no bound."""

    def __init__(self, most: int | None, *, reason: str) -> None:
        self._most = most
        self._reason = reason
        self._held: Counter[Hashable] = Counter()

    def take(self, holder: Hashable) -> None:
        """Give the holder one more; raises TooMany."""
        if self._most is not None and self._held[holder] >= self._most:
            raise TooMany(self._reason)
        self._held[holder] += 1

    def give_back(self, holder: Hashable) -> None:
        """Take one back."""
        self._held[holder] -= 1
        if self._held[holder] <= 0:
            del self._held[holder]
