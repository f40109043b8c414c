"""The removal of old rows, put together on a test's database."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from collab_server.live import NeededPast
from collab_server.metrics import Metrics
from collab_server.retention import Past, Retention
from collab_server.snapshots import Snapshots
from collab_server.worker import Worker
from persistence.connecting import Address
from persistence.log_retention import PostgresOldRows
from persistence.update_log import PostgresUpdateLog

KEPT = timedelta(days=30)


@dataclass
class ListedPast:
    """Needs what the test says, and remembers what it was told."""

    needs: NeededPast = field(default_factory=NeededPast)
    told: list[tuple[int, list[bytes]]] = field(default_factory=list)

    async def needed(self, document_id: UUID) -> NeededPast:
        return self.needs

    async def begins(self, document_id: UUID, *, seq: int, states: Sequence[bytes]) -> None:
        self.told.append((seq, list(states)))


@dataclass
class Node:
    """One node's retention, and what it is made of."""

    retention: Retention
    rows: PostgresOldRows
    log: PostgresUpdateLog
    snapshots: Snapshots
    metrics: Metrics


@asynccontextmanager
async def retaining(url: str, *, past: Past | None = None, kept: timedelta = KEPT) -> AsyncIterator[Node]:
    """Open a log, and who removes its old rows when the test says so."""
    address, metrics = Address(url), Metrics()
    log = PostgresUpdateLog(address)
    await log.open()
    worker = Worker(metrics)
    snapshots = Snapshots(log, worker, metrics)
    rows = PostgresOldRows(log, address)
    retention = Retention(rows, snapshots, past or ListedPast(), kept=kept, metrics=metrics)
    try:
        yield Node(retention, rows, log, snapshots, metrics)
    finally:
        await worker.close()
        await log.close()
