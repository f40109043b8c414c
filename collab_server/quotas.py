"""How much one socket, one person and one network address may take. Pure: the caller gives the time."""

from collections import Counter
from collections.abc import Hashable

from collab_server.errors import TooMany

BURST_SECONDS = 5
"""A client may send this many seconds' worth of messages at once: pasting a drawing is a burst, not an attack."""


class Allowance:
    """A token bucket: so much a second, and `burst` at once."""

    __slots__ = ("_burst", "_filled_at", "_left", "_per_second")

    def __init__(self, per_second: int, *, burst: int, now: float) -> None:
        self._per_second = per_second
        self._burst = self._left = float(burst)
        self._filled_at = now

    def spend(self, amount: int, *, now: float) -> bool:
        """Take this much; False, and nothing taken, where it is not there."""
        self._left = min(self._burst, self._left + (now - self._filled_at) * self._per_second)
        self._filled_at = now
        if self._left < amount:
            return False
        self._left -= amount
        return True


class MessageRate(Allowance):
    """What one socket may send."""

    __slots__ = ()

    def __init__(self, per_second: int, *, now: float) -> None:
        super().__init__(per_second, burst=per_second * BURST_SECONDS, now=now)

    def take(self, now: float) -> None:
        """Count one message; raises TooMany."""
        if not self.spend(1, now=now):
            raise TooMany("too_many_messages")


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
