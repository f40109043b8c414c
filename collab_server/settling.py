"""How much of what a room has accepted is settled, and who waits for that."""

import asyncio


class Settling:
    """Counts updates, from the room's first one on. All is settled that was accepted once a room has failed."""

    def __init__(self) -> None:
        self._accepted = self._settled = 0
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []

    def accept(self) -> None:
        """Count one in."""
        self._accepted += 1

    def take_back(self, count: int) -> None:
        """Count some out that are not to be committed after all."""
        self._accepted -= count

    def settle(self, count: int) -> None:
        """Count the next ones as committed, and tell who waited for them."""
        self._settled += count
        while self._waiting and (self._waiting[0][0] <= self._settled or self._settled >= self._accepted):
            future = self._waiting.pop(0)[1]
            if not future.done():
                future.set_result(None)

    def settle_all(self) -> None:
        """Count everything as settled: nothing more is committed."""
        self.settle(self._accepted - self._settled)

    async def settled(self) -> None:
        """Wait until everything is settled that is accepted now."""
        if self._settled < self._accepted:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append((self._accepted, future))
            await future
