"""Take the ballots of everybody at once: those of one poll that arrive together are counted in one transaction.

A transaction and a document edit per ballot would have each wait for the one before. Here what arrives during a commit, and for a
moment after it, is the next one; a ballot that comes alone waits for nothing. Each voter is answered after the commit.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from auth.errors import Overloaded
from auth.tokens import Claims
from classroom.polls.anonymity import BallotKey
from classroom.polls.casting import Ballot, Counted, Outcome, cast_together
from collab_server.live import LiveDocuments
from persistence.base import utc_now
from persistence.database import Database
from persistence.errors import ConstraintViolated

PAUSE_SECONDS = 0.1
"""From one count's begin to the next one's. Each costs a dozen trips to the database and a write to everybody who watches; ten a second still look alive."""
TOGETHER_MAX = 500
WAITING_MAX = 20_000

Waiting = tuple[Ballot, "asyncio.Future[Counted]"]


class BallotBox:
    """The ballots on their way into the database, by poll."""

    def __init__(
        self,
        database: Database,
        live: LiveDocuments,
        key: BallotKey,
        *,
        now: Callable[[], datetime] = utc_now,
        pause_seconds: float = PAUSE_SECONDS,
    ) -> None:
        self._database = database
        self._live = live
        self._key = key
        self._now = now
        self._pause_seconds = pause_seconds
        self._waiting: dict[UUID, deque[Waiting]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._count = 0

    async def cast(
        self,
        poll_id: UUID,
        claims: Claims,
        *,
        choices: tuple[str | int, ...],
        secret: str | None = None,
        number: int | None = None,
    ) -> Counted:
        """Count a ballot; return once that is committed.

        number: the round it is meant for, if not whichever is running.

        Raises:
            NotFound: no such poll, or none for this person.
            Conflict: it is too late, too early, or cannot be replaced from here.
            BallotInvalid: it is no ballot of this poll.
            Unauthenticated: the sign-in has ended.
            Overloaded: too many are waiting.
        """
        if self._count >= WAITING_MAX:
            raise Overloaded
        ballot = Ballot(claims=claims, choices=choices, at=self._now(), secret=secret, round=number)
        answer: asyncio.Future[Counted] = asyncio.get_running_loop().create_future()
        if poll_id not in self._waiting:
            self._waiting[poll_id] = deque()
            task = asyncio.create_task(self._empty(poll_id))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._waiting[poll_id].append((ballot, answer))
        self._count += 1
        return await answer

    async def _empty(self, poll_id: UUID) -> None:
        waiting = self._waiting[poll_id]
        loop = asyncio.get_running_loop()
        while waiting:
            began = loop.time()
            together = [waiting.popleft() for _ in range(min(len(waiting), TOGETHER_MAX))]
            await self._count_together(poll_id, together)
            self._count -= len(together)
            await asyncio.sleep(max(0.0, began + self._pause_seconds - loop.time()))
        del self._waiting[poll_id]

    async def _count_together(self, poll_id: UUID, together: list[Waiting]) -> None:
        try:
            outcomes = await self._commit(poll_id, [ballot for ballot, _ in together])
        except ConstraintViolated as failure:
            if len(together) > 1:
                # Somebody's account was erased this very moment: the others' ballots are not to fail with it.
                for each in together:
                    await self._count_together(poll_id, [each])
                return
            outcomes = [failure]
        except Exception as failure:  # noqa: BLE001 -- told to those who wait for it
            outcomes = [failure] * len(together)
        for (_, answer), outcome in zip(together, outcomes, strict=True):
            if answer.done():  # whoever waited has gone
                continue
            if isinstance(outcome, Exception):
                answer.set_exception(outcome)
            else:
                answer.set_result(outcome)

    async def _commit(self, poll_id: UUID, ballots: list[Ballot]) -> list[Outcome]:
        async with self._database.transaction() as transaction:
            return await cast_together(transaction, poll_id, ballots, live=self._live, key=self._key)
