"""The removal of old rows, put together on a test's database."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pycrdt

from collab_server.live import NeededPast
from collab_server.metrics import Metrics
from collab_server.ports import LogRow
from collab_server.retention import Past, Retention
from collab_server.snapshots import Snapshots
from collab_server.worker import Worker
from persistence.connecting import Address
from persistence.log_retention import PostgresOldRows
from persistence.update_log import PostgresUpdateLog
from tests.integration.test_update_log import DOCUMENTS, SOCKET, USER
from tests.raw_client import Author

KEPT = timedelta(days=30)
DOCUMENT = DOCUMENTS[0]
OLD, YOUNG = 30, 10
LAST = OLD + YOUNG


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


async def write(log: PostgresUpdateLog, author: Author, count: int, document: UUID = DOCUMENT, epoch: int = 1) -> None:
    for number in range(1, count + 1):
        # What is written over is garbage for the document, and there in every earlier moment.
        update = author.set("last", number) if number % 3 else author.set(f"key {number}", number)
        row = LogRow(update, USER, SOCKET, new_clients=[author.doc.client_id] if number == 1 else (), epoch=epoch)
        await log.append({document: [row]})


async def sql(url: str, statement: str, *values: object) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    try:
        found: list[asyncpg.Record] = await connection.fetch(statement, *values)
        return found
    finally:
        await connection.close()


async def age(url: str, until: int, *, days: int, document: UUID = DOCUMENT) -> None:
    await sql(
        url,
        "update document_updates set created_at = created_at - make_interval(days => $3)"
        " where document_id = $1 and seq <= $2",
        document,
        until,
        days,
    )


async def rows(url: str, document: UUID = DOCUMENT) -> list[int]:
    found = await sql(url, "select seq from document_updates where document_id = $1 order by seq", document)
    return [row["seq"] for row in found]


async def snapshots(url: str, document: UUID = DOCUMENT) -> list[tuple[int, bool]]:
    found = await sql(url, "select seq, kept from document_snapshots where document_id = $1 order by seq", document)
    return [tuple(row) for row in found]


async def state(node: Node, seq: int | None = None, document: UUID = DOCUMENT) -> bytes:
    _, merged = await node.snapshots.whole(document, seq=seq)
    return merged.state


def read(*updates: bytes) -> dict[str, Any]:
    doc: pycrdt.Doc[Any] = pycrdt.Doc()
    for update in updates:
        doc.apply_update(update)
    return doc.get("map", type=pycrdt.Map).to_py() or {}
