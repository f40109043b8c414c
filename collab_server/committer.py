"""Group commit: what queues up while one transaction commits is the next one.

Latency is one commit when idle; under load one commit carries the updates of many rooms.
"""

import asyncio
from collections.abc import Sequence
from time import perf_counter
from uuid import UUID

from collab_server.metrics import Metrics
from collab_server.ports import LogRow, UpdateLog

MAX_ROWS_PER_COMMIT = 2_000


class Committer:
    """Appends to the log for all rooms, one transaction at a time."""

    def __init__(self, log: UpdateLog, metrics: Metrics) -> None:
        self._log = log
        self._metrics = metrics
        self._waiting: dict[UUID, tuple[Sequence[LogRow], asyncio.Future[int | None]]] = {}
        self._task: asyncio.Task[None] | None = None

    async def append(self, document_id: UUID, rows: Sequence[LogRow]) -> int | None:
        """Commit a room's rows and return the last one's seq, or None when the document is gone.

        A room hands in one batch at a time. Raises what the log raises when nothing was committed.
        """
        future: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self._waiting[document_id] = (rows, future)
        if self._task is None:
            self._task = asyncio.create_task(self._commit_all())
        return await future

    async def _commit_all(self) -> None:
        while self._waiting:
            batches = self._next()
            started = perf_counter()
            try:
                seqs = await self._log.append({i: rows for i, (rows, _) in batches.items()})
            except Exception as error:  # noqa: BLE001 -- whatever the log raises belongs to the rooms that wait for it
                self._metrics.commit_failures.inc()
                for _, future in batches.values():
                    if not future.done():
                        future.set_exception(error)
            else:
                self._metrics.commit_seconds.observe(perf_counter() - started)
                for document_id, (_, future) in batches.items():
                    if not future.done():
                        future.set_result(seqs.get(document_id))
        self._task = None

    def _next(self) -> dict[UUID, tuple[Sequence[LogRow], asyncio.Future[int | None]]]:
        batches = {}
        count = 0
        while self._waiting and count < MAX_ROWS_PER_COMMIT:
            # Oldest first, so that no room waits behind busier ones for ever.
            document_id = next(iter(self._waiting))
            batches[document_id] = self._waiting.pop(document_id)
            count += len(batches[document_id][0])
        return batches
