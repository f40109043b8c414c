"""The update log in memory: for tests of the engine that need no database. The contract suite runs against it too."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from collab_server.ports import LogRow
from persistence.update_log import Stored


@dataclass
class _Document:
    rows: list[LogRow] = field(default_factory=list)
    quarantined: set[int] = field(default_factory=set)
    snapshots: dict[int, bytes] = field(default_factory=dict)
    authors: dict[int, UUID] = field(default_factory=dict)


class MemoryLog:
    """Keeps documents for as long as the object lives.

    `hold()` makes appends wait until `release()`, `hold_loads()` the reading; `fail_with` makes both raise.
    """

    def __init__(self, *documents: UUID) -> None:
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
            if document is not None:
                document.rows.extend(rows)
                for row in rows:
                    for client in row.new_clients:
                        assert row.user_id is not None
                        document.authors.setdefault(client, row.user_id)
                seqs[document_id] = len(document.rows)
        return seqs

    def _fail(self) -> None:
        if self.fail_with is not None:
            self.failures += 1
            raise self.fail_with

    async def load(self, document_id: UUID) -> Stored | None:
        self.loading += 1
        await self._readable.wait()
        self.loading -= 1
        self._fail()
        document = self._documents.get(document_id)
        if document is None:
            return None
        snapshot_seq = max(document.snapshots, default=0)
        tail = [
            (seq, row.payload)
            for seq, row in enumerate(document.rows, 1)
            if seq > snapshot_seq and seq not in document.quarantined
        ]
        authors: dict[UUID, list[int]] = {}
        for client, person in document.authors.items():
            authors.setdefault(person, []).append(client)
        return Stored(len(document.rows), document.snapshots.get(snapshot_seq), snapshot_seq, tail, authors)

    async def save_snapshot(self, document_id: UUID, seq: int, state: bytes) -> None:
        self._documents[document_id].snapshots.setdefault(seq, state)

    async def quarantine(self, document_id: UUID, seq: int) -> None:
        self._documents[document_id].quarantined.add(seq)
