"""Bound how often something may be tried. Pure: the clock is handed in."""

from collections import OrderedDict
from collections.abc import Callable

KEYS_MAX = 100_000


class Throttle:
    """Allow a burst of attempts per key, then one at a time, evenly spread.

    The generic cell rate algorithm: per key only the moment is kept at which its whole allowance is back. What is
    remembered is bounded; beyond ``keys_max`` the key that was tried longest ago is forgotten.
    """

    def __init__(
        self, attempts: int, *, window_seconds: float, clock: Callable[[], float], keys_max: int = KEYS_MAX
    ) -> None:
        self._spacing = window_seconds / attempts
        self._window = window_seconds
        self._clock = clock
        self._keys_max = keys_max
        self._restored_at: OrderedDict[str, float] = OrderedDict()

    def wait(self, key: str) -> float:
        """Return the seconds until an attempt is allowed, 0 for now, without using one up."""
        now = self._clock()
        restored_at = max(self._restored_at.get(key, now), now)
        return max(0.0, restored_at + self._spacing - now - self._window)

    def take(self, key: str) -> float:
        """Use up one attempt; return 0, or the seconds to wait when there is none left."""
        seconds = self.wait(key)
        if seconds > 0:
            return seconds
        now = self._clock()
        self._restored_at[key] = max(self._restored_at.get(key, now), now) + self._spacing
        self._restored_at.move_to_end(key)
        while len(self._restored_at) > self._keys_max:
            self._restored_at.popitem(last=False)
        return 0.0

    def give_back(self, key: str) -> None:
        """Return one attempt, because it turned out to be a good one."""
        if key in self._restored_at:
            self._restored_at[key] -= self._spacing

    def forget(self, key: str) -> None:
        """Return all attempts."""
        self._restored_at.pop(key, None)
