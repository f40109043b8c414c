"""Documents from the log, and snapshots of them: made from the log, never from memory, and checked before they are kept.

The rows stay: history and replay need them, until retention.py removes the oldest. A snapshot only makes the next load short. Where
the newest cannot be read, the one before it is, and a longer tail; where none can, the log alone.

What is long is merged in another process (SPEC rule 16).
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from time import monotonic
from typing import Any, TypeVar
from uuid import UUID

import structlog

from collab_server.content import Content
from collab_server.errors import NotFound, Overloaded
from collab_server.merging import DifferentState, Merged, Unappliable, UnreadableSnapshot, merge
from collab_server.metrics import Metrics
from collab_server.ports import StoredDocument, UpdateLog
from collab_server.protocol.renaming import renamed
from collab_server.worker import Worker, bytes_in

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")

MIN_ROWS = 50
"""A shorter tail is read faster than a snapshot is made."""
GROWN_ROWS = 10_000
GROWN_BYTES = 4 * 1024 * 1024
"""An open document gets a snapshot when so much has come since its last: a crash then leaves a short replay."""
RESTS = 4
"""And after it none for so many times as long as it took: one that grows without pause leaves the machine to those who write it."""
LONG_BYTES = 64 * 1024
LONG_ROWS = 500
"""Up to here a snapshot, or an export, is made on the spot, in a few milliseconds."""
LONG_TAIL_BYTES = 1024 * 1024
LONG_TAIL_ROWS = 2_000
"""Up to here an opened document applies its tail itself: about ten milliseconds, less than the way to the other process."""


class Snapshots:
    """Reads documents and takes snapshots of them, one at a time."""

    def __init__(self, log: UpdateLog, worker: Worker, metrics: Metrics) -> None:
        self._log = log
        self._worker = worker
        self._metrics = metrics
        self._taking = asyncio.Lock()
        self._due: set[UUID] = set()
        self._growing: dict[UUID, tuple[int, int]] = {}
        self._resting: dict[UUID, float] = {}
        self._background: set[asyncio.Task[None]] = set()
        self._moves = 0

    async def read(self, document_id: UUID) -> tuple[Content, list[int]]:
        """Return a document, and the rows that had to be left out of it just now.

        Raises NotFound, Overloaded where the other process cannot do it, and what the log raises.
        """
        moves = self._moves

        async def build(stored: StoredDocument) -> Content:
            if len(stored.tail) <= LONG_TAIL_ROWS and sum(len(row) for _, row in stored.tail) <= LONG_TAIL_BYTES:
                return Content(stored)
            try:
                merged = await self._worker.merge(stored, awaited=True)
            except DifferentState:
                # Nothing to keep, but the rows are the truth.
                _log.error("snapshot differs from the log", document=str(document_id), seq=stored.seq)
                return Content(stored)
            self._start(self._keep(document_id, stored.seq, merged, moves=moves))
            return Content(stored, merged=merged)

        _, content, left_out = await self._built(document_id, build)
        return content, left_out

    async def whole(self, document_id: UUID, *, seq: int | None = None) -> tuple[StoredDocument, Merged]:
        """Return a document as it is, or as it was after row `seq`, as one state; raises as `read`, and DifferentState."""
        stored, merged, _ = await self._built(document_id, lambda found: self._merged(found, awaited=True), seq=seq)
        return stored, merged

    async def renamed(self, whole: Merged, names: Mapping[int, int]) -> bytes:
        """Return a document's state under other client ids; raises Overloaded."""
        if len(whole.state) <= LONG_BYTES:
            return renamed(whole.state, names)
        return await self._worker.rename(whole.state, names)

    async def take(self, document_id: UUID, *, min_rows: int = MIN_ROWS) -> None:
        """Snapshot a document whose tail has grown; does nothing otherwise."""

        async def build(stored: StoredDocument) -> Merged | None:
            return None if len(stored.tail) < min_rows else await self._merged(stored, awaited=False)

        async with self._taking:
            self._due.discard(document_id)
            moves = self._moves
            try:
                stored, merged, _ = await self._built(document_id, build)
            except NotFound:
                return
            except DifferentState:
                _log.error("snapshot differs from the log", document=str(document_id))
                return
            if merged is not None and moves == self._moves:
                await self._log.save_snapshot(document_id, stored.seq, merged.state, halves=merged.halves)

    async def moments(self, document_id: UUID, seqs: Iterable[int]) -> Mapping[int, Merged]:
        """Return a document as it was after some rows, checked as every snapshot; raises as `whole`, also where the log lacks a row."""
        moves = self._moves
        found = {}
        for seq in sorted(seqs):
            async with self._taking:
                stored, found[seq], _ = await self._built(
                    document_id, lambda stored: self._merged(stored, awaited=False), seq=seq
                )
            if stored.seq != seq or moves != self._moves:
                raise Overloaded("try_again_later")
        return found

    def take_soon(self, document_id: UUID) -> None:
        """Snapshot a document in the background."""
        if document_id not in self._due:
            self._due.add(document_id)
            self._start(self._take_quietly(document_id))

    def grown(self, document_id: UUID, *, seq: int, size: int) -> None:
        """Hear how far an open document has come, after each commit; a long way from the last snapshot, take one."""
        last = self._growing.get(document_id)
        if last is None:
            self._growing[document_id] = seq, size
            return
        has_grown = seq - last[0] >= GROWN_ROWS or size - last[1] >= GROWN_BYTES
        if has_grown and monotonic() >= self._resting.get(document_id, 0.0):
            self._growing[document_id] = seq, size
            self.take_soon(document_id)

    def closed(self, document_id: UUID) -> None:
        """Hear that a document is not open any more."""
        self._growing.pop(document_id, None)
        self._resting.pop(document_id, None)

    def database_moved(self) -> None:
        """Hear that the log is on another history: what was read of the one before is not written to this one."""
        self._moves += 1

    async def settled(self) -> None:
        """Wait for what is under way in the background."""
        while self._background:
            await asyncio.wait(self._background)

    async def _merged(self, stored: StoredDocument, *, awaited: bool) -> Merged:
        if len(stored.tail) <= LONG_ROWS and bytes_in(stored) <= LONG_BYTES:
            return merge(stored.snapshot, stored.tail, stored.halves)
        return await self._worker.merge(stored, awaited=awaited)

    async def _built(
        self, document_id: UUID, build: Callable[[StoredDocument], Awaitable[_T]], *, seq: int | None = None
    ) -> tuple[StoredDocument, _T, list[int]]:
        """Load a document and build something from it; where a part cannot be read, load it again without."""
        left_out: list[int] = []
        before: int | None = None
        while True:
            moves = self._moves
            stored = await self._log.load(document_id, seq=seq, snapshot_before=before)
            if stored is None:
                raise NotFound("not_found")
            for unreadable in stored.unreadable:
                self._report_unreadable(document_id, unreadable)
            try:
                return stored, await build(stored), left_out
            except UnreadableSnapshot:
                self._report_unreadable(document_id, stored.snapshot_seq)
                before = stored.snapshot_seq
            except Unappliable as error:
                if moves != self._moves:
                    continue
                self._metrics.quarantined.inc()
                _log.error("update quarantined", document=str(document_id), seq=error.seq)
                await self._log.quarantine(document_id, error.seq)
                left_out.append(error.seq)

    def _report_unreadable(self, document_id: UUID, seq: int) -> None:
        self._metrics.unreadable_snapshots.inc()
        _log.error("snapshot unreadable", document=str(document_id), seq=seq)

    async def _take_quietly(self, document_id: UUID) -> None:
        began = monotonic()
        try:
            await self.take(document_id)
        except Exception as error:  # noqa: BLE001 -- background work must not end unseen
            # The log is whole without it; the next time tries again.
            _log.warning("snapshot failed", document=str(document_id), error=type(error).__name__)
        if document_id in self._growing:
            ended = monotonic()
            self._resting[document_id] = ended + RESTS * (ended - began)

    async def _keep(self, document_id: UUID, seq: int, merged: Merged, *, moves: int) -> None:
        if moves != self._moves:
            return
        try:
            await self._log.save_snapshot(document_id, seq, merged.state, halves=merged.halves)
        except Exception as error:  # noqa: BLE001 -- as above
            _log.warning("snapshot failed", document=str(document_id), error=type(error).__name__)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
