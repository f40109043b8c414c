"""What a room has heard of its log from others, and has not applied yet."""

import asyncio
from collections.abc import Sequence

from collab_server.ports import CommittedRow

MAX_ROWS = 10_000
"""Rows that wait for a commit of our own; more are read from the log."""
LATE_SECONDS = 0.02
"""So long rows that are committed may be on their way to us: they come of themselves in less time than it takes to read them."""


class HeardRows:
    """Rows by their numbers, and how far the log goes: `seq`."""

    __slots__ = ("_news", "_rows", "seq")

    def __init__(self) -> None:
        self.seq = 0
        self._rows: dict[int, CommittedRow] = {}
        self._news = asyncio.Event()

    def hear(self, seq: int, rows: Sequence[CommittedRow]) -> None:
        """Hear that the log goes up to `seq`, and of some of its rows."""
        self.seq = max(seq, self.seq)
        if len(self._rows) < MAX_ROWS:
            self._rows.update([(row.seq, row) for row in rows])
        self._news.set()

    def between(self, after: int, until: int) -> Sequence[CommittedRow] | None:
        """Return the rows after one number up to another; None where one was not heard of."""
        try:
            return [self._rows[seq] for seq in range(after + 1, until + 1)]
        except KeyError:
            return None

    async def soon(self, after: int, until: int) -> Sequence[CommittedRow] | None:
        """Return the rows after one number up to another, once they have been heard of; None where that takes too long."""
        try:
            async with asyncio.timeout(LATE_SECONDS):
                while (rows := self.between(after, until)) is None:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return None
        return rows

    def forget(self, until: int) -> None:
        """Forget the rows up to a number: they are applied."""
        if self._rows:
            self._rows = {seq: row for seq, row in self._rows.items() if seq > until}
