"""Group commit: what queues up while one transaction commits is the next one.

Latency is one commit when idle; under load one commit carries the updates of many rooms. Rooms are asked for their rows when a
transaction begins, so nothing that has arrived by then waits for the one after.
"""

import asyncio
from collections.abc import Sequence
from time import perf_counter
from typing import Protocol
from uuid import UUID

from collab_server.metrics import Metrics
from collab_server.ports import LogRow, UpdateLog

MAX_ROWS_PER_COMMIT = 2_000


class Writer(Protocol):
    """A room with rows to append."""

    @property
    def document_id(self) -> UUID:
        """Return whose rows they are."""

    def take_rows(self) -> Sequence[LogRow]:
        """Return the rows to append now; asked once for each `add`. Without any it has ended meanwhile, and is told nothing."""

    def committed(self, seq: int | None) -> None:
        """Hear the last row's seq; None where the document is gone, or in another epoch, and nothing was appended."""

    def failed(self, error: Exception) -> None:
        """Hear that nothing was appended."""


class Committer:
    """Appends to the log for all rooms, one transaction at a time."""

    def __init__(self, log: UpdateLog, metrics: Metrics) -> None:
        self._log = log
        self._metrics = metrics
        self._waiting: dict[Writer, None] = {}
        self._task: asyncio.Task[None] | None = None

    def add(self, writer: Writer) -> None:
        """Append a room's rows with the next transaction, and tell it what came of that."""
        self._waiting[writer] = None
        if self._task is None:
            self._task = asyncio.create_task(self._commit_all())

    async def _commit_all(self) -> None:
        while self._waiting:
            batches = self._next()
            if not batches:
                continue
            started = perf_counter()
            try:
                seqs = await self._log.append({writer.document_id: rows for writer, rows in batches.items()})
            except Exception as error:  # noqa: BLE001 -- whatever the log raises belongs to the rooms that wait for it
                self._metrics.commit_failures.inc()
                for writer in batches:
                    writer.failed(error)
            else:
                self._metrics.commit_seconds.observe(perf_counter() - started)
                for writer in batches:
                    writer.committed(seqs.get(writer.document_id))
        self._task = None

    def _next(self) -> dict[Writer, Sequence[LogRow]]:
        batches = {}
        count = 0
        while self._waiting and count < MAX_ROWS_PER_COMMIT:
            # Oldest first, so that no room waits behind busier ones for ever.
            writer = next(iter(self._waiting))
            del self._waiting[writer]
            rows = writer.take_rows()
            if rows:
                batches[writer] = rows
                count += len(rows)
        return batches
