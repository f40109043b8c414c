"""How many archives are made at a time. Pure: the clock is handed in."""

import time
from collections.abc import Callable
from uuid import UUID

from auth.errors import Overloaded

ARCHIVES_AT_ONCE = 4
# An archive whose reader has gone without a word frees its place after this long.
ARCHIVE_SECONDS = 600.0


class ArchiveDesk:
    """Lets a few archives be made at a time, and of one person one."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begun: dict[UUID, float] = {}

    def take(self, user_id: UUID) -> None:
        """Take a place.

        Raises:
            Overloaded: they are all taken, or this person has one.
        """
        now = self._clock()
        self._begun = {each: at for each, at in self._begun.items() if now - at < ARCHIVE_SECONDS}
        if user_id in self._begun or len(self._begun) >= ARCHIVES_AT_ONCE:
            raise Overloaded
        self._begun[user_id] = now

    def give_back(self, user_id: UUID) -> None:
        """Free a place."""
        self._begun.pop(user_id, None)
