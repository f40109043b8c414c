"""Close polls when their time is over, by the server's clock, whoever is there to see it.

The node on which a timer was set rings at the moment; should it die, another one finds the poll within half a minute. Ballots do not
depend on it: each is judged by when it arrived.
"""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy import func, select

from classroom.polls.anonymity import BallotKey
from classroom.polls.models import PollRow
from classroom.polls.participation import record_closed
from classroom.polls.picture import draw
from collab_server.live import LiveDocuments
from documents.poll import PollState
from persistence.base import utc_now
from persistence.database import Database

LOOK_SECONDS = 30.0
AGAIN_SECONDS = 2.0

log = structlog.get_logger(__name__)


class ClosingBell:
    """Waits for the next poll whose time is over."""

    def __init__(
        self, database: Database, live: LiveDocuments, key: BallotKey, *, now: Callable[[], datetime] = utc_now
    ) -> None:
        self._database = database
        self._live = live
        self._key = key
        self._now = now
        self._set = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to wait."""
        self._task = asyncio.create_task(self._ring())

    async def stop(self) -> None:
        """Stop waiting."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def look(self) -> None:
        """Look again when the next poll ends: a timer was set."""
        self._set.set()

    async def close_due(self) -> float | None:
        """Close what is over; return the seconds until the next one, None where no timer runs."""
        async with self._database.transaction() as transaction:
            session = transaction.session
            due = await session.scalars(
                select(PollRow)
                .where(PollRow.state == PollState.OPEN, PollRow.closes_at <= self._now())
                .order_by(PollRow.id)
                .with_for_update(skip_locked=True)
            )
            for poll in due.all():
                poll.state = PollState.CLOSED
                await record_closed(transaction, poll, live=self._live, key=self._key)
                await draw(transaction, poll, live=self._live)
            coming = await session.scalar(
                select(func.min(PollRow.closes_at)).where(
                    PollRow.state == PollState.OPEN, PollRow.closes_at > self._now()
                )
            )
        return None if coming is None else max(0.0, (coming - self._now()).total_seconds())

    async def _ring(self) -> None:
        while True:
            self._set.clear()
            try:
                seconds = await self.close_due()
            except Exception:
                # The database is away: it comes back.
                log.warning("polls_not_closed", exc_info=True)
                seconds = AGAIN_SECONDS
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(
                    self._set.wait(), LOOK_SECONDS if seconds is None else min(seconds, LOOK_SECONDS)
                )
