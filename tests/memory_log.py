"""The update log in memory: for tests of the engine that need no database. The contract suite runs against it too."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from collab_server.ports import CommittedRow, LogRow, NewEpoch
from persistence.update_log import Stored


@dataclass
class _Document:
    rows: list[LogRow] = field(default_factory=list)
    quarantined: set[int] = field(default_factory=set)
    snapshots: dict[int, bytes] = field(default_factory=dict)
    halves: dict[int, bytes | None] = field(default_factory=dict)
    authors: dict[int, tuple[UUID | None, int]] = field(default_factory=dict)
    first_seqs: list[int] = field(default_factory=lambda: [1])
    written_at: list[datetime] = field(default_factory=list)

    def grants(self, rows: Sequence[LogRow]) -> bool:
        return all(
            self.authors.get(client, (row.user_id, 0))[0] == row.user_id for row in rows for client in row.new_clients
        )

    def write(self, row: LogRow) -> None:
        self.rows.append(row)
        self.written_at.append(datetime.now(UTC))
        for client in row.new_clients:
            assert row.user_id is not None
            self.authors.setdefault(client, (row.user_id, row.epoch))


class MemoryLog:
    """Keeps documents for as long as the object lives.

    `hold()` makes appends wait until `release()`, `hold_loads()` the reading; `fail_with` makes both raise. `shared`: several engines
    append to it.
    """

    def __init__(self, *documents: UUID, shared: bool = False) -> None:
        self._shared = shared
        self._documents = {document_id: _Document() for document_id in documents}
        self._open = asyncio.Event()
        self._open.set()
        self._readable = asyncio.Event()
        self._readable.set()
        self.fail_with: Exception | None = None
        self.commits = 0
        self.failures = 0
        self.waiting = 0
        self.loading = 0

    def hold(self) -> None:
        """Let appends wait."""
        self._open.clear()

    def release(self) -> None:
        """Let appends go on."""
        self._open.set()

    def hold_loads(self) -> None:
        """Let loads wait."""
        self._readable.clear()

    def release_loads(self) -> None:
        """Let loads go on."""
        self._readable.set()

    def create(self, document_id: UUID) -> None:
        """Make a document."""
        self._documents[document_id] = _Document()

    def forget(self, document_id: UUID) -> None:
        """Delete a document."""
        del self._documents[document_id]

    def snapshots(self, document_id: UUID) -> Mapping[int, bytes]:
        """Return the snapshots that are kept, by seq."""
        return self._documents[document_id].snapshots

    def rows(self, document_id: UUID) -> list[LogRow]:
        """Return what was committed."""
        return self._documents[document_id].rows

    async def append(self, batches: Mapping[UUID, Sequence[LogRow]]) -> Mapping[UUID, int]:
        self.waiting += 1
        await self._open.wait()
        self.waiting -= 1
        self._fail()
        self.commits += 1
        seqs = {}
        for document_id, rows in batches.items():
            document = self._documents.get(document_id)
            known = max(row.after for row in rows)
            if document is not None and rows[0].epoch == len(document.first_seqs) and known <= len(document.rows):
                if self._shared and not document.grants(rows):
                    continue
                for row in rows:
                    document.write(row)
                seqs[document_id] = len(document.rows)
        return seqs

    def _fail(self) -> None:
        if self.fail_with is not None:
            self.failures += 1
            raise self.fail_with

    async def load(
        self, document_id: UUID, *, seq: int | None = None, snapshot_before: int | None = None
    ) -> Stored | None:
        self.loading += 1
        await self._readable.wait()
        self.loading -= 1
        self._fail()
        document = self._documents.get(document_id)
        if document is None:
            return None
        seq = len(document.rows) if seq is None else min(seq, len(document.rows))
        epoch = max([1, *(number for number, first in enumerate(document.first_seqs, 1) if first <= seq)])
        first = document.first_seqs[epoch - 1]
        usable = range(first, seq + 1 if snapshot_before is None else min(seq + 1, snapshot_before))
        snapshot_seq = max((kept for kept in document.snapshots if kept in usable), default=0)
        tail = [
            (number, row.payload)
            for number, row in enumerate(document.rows[:seq], 1)
            if number > snapshot_seq and number >= first and number not in document.quarantined
        ]
        authors: dict[UUID, list[int]] = {}
        retired = []
        for client, (person, since) in document.authors.items():
            if since == epoch and person is not None:
                authors.setdefault(person, []).append(client)
            elif since < epoch:
                retired.append(client)
        return Stored(
            seq,
            document.snapshots.get(snapshot_seq),
            snapshot_seq,
            tail,
            authors,
            epoch,
            retired,
            halves=document.halves.get(snapshot_seq),
        )

    async def read_rows(self, document_id: UUID, *, after: int, until: int) -> Sequence[CommittedRow]:
        document = self._documents[document_id]
        return [
            CommittedRow(number, row.payload, None if row.session_id is None else row.user_id)
            for number, row in enumerate(document.rows, 1)
            if after < number <= until and number not in document.quarantined
        ]

    async def heads(self, document_ids: Collection[UUID]) -> Mapping[UUID, tuple[int, int]]:
        found = {document_id: self._documents.get(document_id) for document_id in document_ids}
        return {
            document_id: (len(document.first_seqs), len(document.rows))
            for document_id, document in found.items()
            if document is not None
        }

    async def seq_at(self, document_id: UUID, moment: datetime) -> int | None:
        document = self._documents.get(document_id)
        return None if document is None else sum(written <= moment for written in document.written_at)

    async def begin_epoch(self, document_id: UUID, beginning: NewEpoch) -> bool:
        self._fail()
        document = self._documents.get(document_id)
        if document is None or (beginning.after_epoch, beginning.after_seq) != (
            len(document.first_seqs),
            len(document.rows),
        ):
            return False
        for client in beginning.retired:
            document.authors.setdefault(client, (None, beginning.after_epoch))
        document.write(LogRow(beginning.state, beginning.by, None, epoch=beginning.after_epoch + 1))
        document.first_seqs.append(len(document.rows))
        return True

    async def bring_back(
        self, document_id: UUID, epoch: int, after_seq: int, update: bytes, claims: Mapping[int, UUID]
    ) -> bool:
        self._fail()
        document = self._documents[document_id]
        if (epoch, after_seq) != (len(document.first_seqs), len(document.rows)):
            return False
        document.write(LogRow(update, None, None, epoch=epoch))
        for client, person in claims.items():
            document.authors.setdefault(client, (person, epoch))
        return True

    def lose(self, document_id: UUID, count: int) -> None:
        """Lose the last rows of a document, and whose the client ids are that came with them."""
        document = self._documents[document_id]
        for row in document.rows[-count:]:
            for client in row.new_clients:
                del document.authors[client]
        del document.rows[-count:], document.written_at[-count:]
        for kept in (document.snapshots, document.halves):
            for seq in [seq for seq in kept if seq > len(document.rows)]:
                del kept[seq]

    async def save_snapshot(self, document_id: UUID, seq: int, state: bytes, *, halves: bytes | None = None) -> None:
        self._documents[document_id].snapshots[seq] = state
        self._documents[document_id].halves[seq] = halves

    async def quarantine(self, document_id: UUID, seq: int) -> None:
        self._documents[document_id].quarantined.add(seq)


class MemoryTransaction:
    """A transaction of the log in memory: `commit()` runs the last steps, appends, and tells who wants to know."""

    def __init__(self) -> None:
        self.steps: list[Callable[[], Awaitable[object]]] = []
        self.callbacks: list[Callable[[], object]] = []
        self.batches: dict[UUID, Sequence[LogRow]] = {}

    def before_commit(self, step: Callable[[], Awaitable[object]]) -> None:
        self.steps.append(step)

    def after_commit(self, callback: Callable[[], object]) -> None:
        self.callbacks.append(callback)

    async def commit(self, log: MemoryLog) -> None:
        while self.steps:
            await self.steps.pop(0)()
        await log.append(self.batches)
        for callback in self.callbacks:
            callback()


class MemoryEditLog:
    """Implements ports.EditLog on a MemoryLog, for one transaction at a time."""

    def __init__(self, log: MemoryLog) -> None:
        self._log = log

    async def lock(
        self, transaction: MemoryTransaction, document_ids: Iterable[UUID]
    ) -> Mapping[UUID, tuple[int, int]]:
        stored = {document_id: await self._log.load(document_id) for document_id in document_ids}
        return {document_id: (each.epoch, each.seq) for document_id, each in stored.items() if each is not None}

    async def load(self, transaction: MemoryTransaction, document_id: UUID) -> Stored | None:
        return await self._log.load(document_id)

    async def read_rows(
        self, transaction: MemoryTransaction, document_id: UUID, *, after: int, until: int
    ) -> Sequence[tuple[int, bytes]]:
        rows = await self._log.read_rows(document_id, after=after, until=until)
        return [(row.seq, row.payload) for row in rows]

    async def append(
        self, transaction: MemoryTransaction, batches: Mapping[UUID, Sequence[LogRow]]
    ) -> Mapping[UUID, int]:
        transaction.batches.update(batches)
        return {document_id: len(self._log.rows(document_id)) + len(rows) for document_id, rows in batches.items()}
