"""Figures of what happens thousands of times a second: adding to one costs an addition. Prometheus is told of them when it asks. Pure."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate


class Tally:
    """A figure that only grows."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value = 0.0

    def inc(self, amount: float = 1.0) -> None:
        """Add to it."""
        self.value += amount


class Spread:
    """How many of some values were at most each of some bounds, which go upwards."""

    __slots__ = ("_counts", "bounds", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = list(bounds)
        self.total = 0.0
        # One more for what is above all of them.
        self._counts = [0] * (len(self.bounds) + 1)

    def observe(self, value: float) -> None:
        """Count a value in."""
        self._counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def at_most(self) -> list[int]:
        """Return how many were at most each bound, and last how many there were."""
        return list(accumulate(self._counts))
