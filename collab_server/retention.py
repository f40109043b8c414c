"""How far back a document's history goes: rows whose time is over are removed, by one node at a time (SPEC rule 3).

For each document that has any, in this order, each step a transaction of its own:

1. what the document was where its history begins from then on is made from the log, checked, and kept, and so is each earlier moment
   that somebody needs;
2. whoever wants to know hears what is left of the past;
3. rows of before go, some at a time, the oldest first.

Killed anywhere, nothing that is needed is gone; what is not finished is found again by the rows that are left over.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID

import structlog

from collab_server.live import NeededPast
from collab_server.merging import Merged
from collab_server.metrics import Metrics

REMOVE_SECONDS = 3600.0
SLACK = timedelta(days=1)
"""Rows of a document go together, those of a day: what stands for them is made anew each time."""
DOCUMENTS = 500
BATCH_ROWS = 1_000
FIRST_ID = UUID(int=0)

_log = structlog.get_logger(__name__)


class Beginning(Protocol):
    """Where a document's history begins (0: with its first row), where it could, and the first row that is there."""

    @property
    def seq(self) -> int:
        """Return the first row of the history."""

    @property
    def next_seq(self) -> int:
        """Return the last row at which it may begin as far as times go; `seq` where it must stay."""

    @property
    def first_seq(self) -> int:
        """Return the first row that is there: before `seq` where some are still to be removed."""


class OldRows(Protocol):
    """The beginnings of documents' logs, where rows go whose time is over."""

    def alone(self) -> AbstractAsyncContextManager[bool]:
        """Say whether nobody else removes rows as long as the block lasts."""

    async def due(self, *, before: datetime, after: UUID, limit: int) -> Sequence[UUID]:
        """Return the next documents, in the order of ids, that have rows to remove which are as old as that."""

    async def beginning(self, document_id: UUID, *, before: datetime) -> Beginning:
        """Look how far the beginning of a document's history can move, over rows that are as old as that."""

    async def begin_at(
        self, document_id: UUID, seq: int, *, states: Mapping[int, tuple[bytes, bytes]], needed: Collection[int]
    ) -> None:
        """Let the history begin at a row: keep the states (and what is known of their characters) of that and of other moments.

        `needed`: the moments before it that stay; other snapshots before it are forgotten.
        """

    async def remove(self, document_id: UUID, *, first: int, until: int) -> int:
        """Remove the rows from the first that is there up to before another, as far as the history begins later; returns how many."""


class Past(Protocol):
    """Who needs something of documents' past."""

    async def needed(self, document_id: UUID) -> NeededPast:
        """Return what of a document's past must stay."""

    async def begins(self, document_id: UUID, *, seq: int, states: Sequence[bytes]) -> None:
        """Hear, of a document that is watched, that nothing is left of its past but these states, and the rows after `seq`.

        It may be said twice.
        """


class Moments(Protocol):
    """Documents as they were."""

    async def moments(self, document_id: UUID, seqs: Collection[int]) -> Mapping[int, Merged]:
        """Return a document as it was after some rows, checked, or raise."""


class Retention:
    """One node's part in it. Of several nodes one works at a time."""

    def __init__(self, rows: OldRows, moments: Moments, past: Past, *, kept: timedelta, metrics: Metrics) -> None:
        """`kept`: how long the history of a document is."""
        self._rows = rows
        self._moments = moments
        self._past = past
        self._kept = kept
        self._metrics = metrics
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look after old rows."""
        self._task = asyncio.create_task(self._run(), name="retention")

    async def close(self) -> None:
        """Stop; what is not finished is found again."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def remove(self) -> int:
        """Remove the rows whose time is over; returns how many. A document where that fails is left to the next time."""
        before = datetime.now(UTC) - self._kept
        removed, last = 0, FIRST_ID
        async with self._rows.alone() as alone:
            while alone:
                due = await self._rows.due(before=before - SLACK, after=last, limit=DOCUMENTS)
                if not due:
                    break
                for document_id in due:
                    try:
                        removed += await self._remove_of(document_id, before)
                    except Exception as error:  # noqa: BLE001 -- nothing that is needed has gone
                        _log.warning("old rows have to wait", document=str(document_id), error=repr(error))
                last = due[-1]
        return removed

    async def _remove_of(self, document_id: UUID, before: datetime) -> int:
        removed = 0
        while True:
            needed = await self._past.needed(document_id)
            begins = await self._rows.beginning(document_id, before=before)
            seq, next_seq = begins.seq, begins.next_seq
            if needed.rows_after is not None:
                next_seq = min(next_seq, needed.rows_after)
            # The first row of a log has nothing before it.
            if next_seq > max(seq, 1):
                await self._begin_at(document_id, next_seq, after=seq, needed=needed)
                seq = next_seq
            elif begins.first_seq >= seq:
                return removed
            if needed.watched:
                moments = {seq, *(moment for moment in needed.moments if moment <= seq)}
                found = await self._moments.moments(document_id, moments)
                await self._past.begins(document_id, seq=seq, states=[moment.state for moment in found.values()])
            removed += await self._remove_rows(document_id, range(begins.first_seq, seq))

    async def _begin_at(self, document_id: UUID, seq: int, *, after: int, needed: NeededPast) -> None:
        older = [moment for moment in needed.moments if moment < seq]
        found = await self._moments.moments(document_id, {seq, *(moment for moment in older if moment > after)})
        states = {moment: (merged.state, merged.halves) for moment, merged in found.items()}
        await self._rows.begin_at(document_id, seq, states=states, needed=older)

    async def _remove_rows(self, document_id: UUID, rows: range) -> int:
        removed = 0
        for first in rows[::BATCH_ROWS]:
            count = await self._rows.remove(document_id, first=first, until=min(first + BATCH_ROWS, rows.stop))
            removed += count
            self._metrics.history_rows_removed.inc(count)
        return removed

    async def _run(self) -> None:
        while True:
            # Not at once: whatever starts has better things to do.
            await asyncio.sleep(REMOVE_SECONDS)
            try:
                if removed := await self.remove():
                    _log.info("old rows removed", rows=removed)
            except Exception as error:  # noqa: BLE001 -- the database may be away; the rows wait
                _log.warning("old rows have to wait", error=repr(error))
