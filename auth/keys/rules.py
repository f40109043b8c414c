"""Which key signs at a moment, and whose tokens are still good. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

# For clocks of several nodes that differ a little.
LEEWAY_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Generation:
    """One key in the row of keys: its salt, from when on it signs, and whether it ends all before it at once."""

    salt: bytes
    signs_from: datetime
    ends_earlier: bool = False


FIRST = Generation(b"", datetime.min.replace(tzinfo=UTC))
"""The key that follows from the secret key alone, in force until it is replaced for the first time."""


def in_order(later: Sequence[Generation]) -> list[Generation]:
    """Return all keys, the first one included, in the order in which they sign."""
    return [FIRST, *sorted(later, key=lambda each: each.signs_from)]


def signing(generations: Sequence[Generation], *, at: datetime) -> Generation:
    """Return the key that signs at a moment: the last that has begun. `generations` is in order."""
    return [each for each in generations if each.signs_from <= at][-1]


def trusted(generations: Sequence[Generation], *, at: datetime, token_seconds: int) -> list[Generation]:
    """Return the keys whose tokens may be good at a moment, with those that wait for their time. `generations` is in order.

    A key that was replaced is trusted until its last token has ended.
    """
    last_token = timedelta(seconds=token_seconds + LEEWAY_SECONDS)

    def ended(place: int) -> bool:
        return any(
            at >= later.signs_from + (timedelta(0) if later.ends_earlier else last_token)
            for later in generations[place + 1 :]
        )

    return [each for place, each in enumerate(generations) if not ended(place)]
