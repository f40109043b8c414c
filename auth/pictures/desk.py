"""Let only a few pictures be made at a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from auth.errors import Overloaded

AT_ONCE = 1
WAITING_MAX = 100


class PictureDesk:
    """A queue: each picture that is made takes memory and a processor for a moment."""

    def __init__(self, *, at_once: int = AT_ONCE, waiting_max: int = WAITING_MAX) -> None:
        self._slots = asyncio.Semaphore(at_once)
        self._waiting_max = waiting_max
        self._waiting = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for one's turn.

        Raises:
            Overloaded: too many wait already.
        """
        if self._waiting >= self._waiting_max:
            raise Overloaded
        self._waiting += 1
        try:
            async with self._slots:
                yield
        finally:
            self._waiting -= 1
