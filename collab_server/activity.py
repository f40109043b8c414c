"""Tells the rest of the house what people do in documents: who has opened one, who has changed it first in a session.

Outside the path of an edit, and together: a class that comes at once is told of in a few calls, not in three hundred.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice
from uuid import UUID

import structlog

from collab_server.live import Activity, ActivityListener

_log = structlog.get_logger(__name__)

GATHER_SECONDS = 0.25
"""Short enough for whoever watches, long enough for a class that comes together."""
MAX_TOGETHER = 500
MAX_WAITING = 10_000
"""Above this, news is dropped: whoever does something more is told of again, at the latest with the next session."""


class ActivityFeed:
    """Passes on to one listener, once there is one."""

    def __init__(self) -> None:
        self.listener: ActivityListener | None = None
        # Whoever has edited has also opened: that is told of once.
        self._waiting: dict[tuple[UUID, UUID], bool] = {}
        self._task: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    def opened(self, document_id: UUID, user_id: UUID) -> None:
        """Pass on that somebody has opened a document."""
        self._tell(document_id, user_id, edited=False)

    def edited(self, document_id: UUID, user_id: UUID) -> None:
        """Pass on that an edit of somebody is committed."""
        self._tell(document_id, user_id, edited=True)

    async def close(self) -> None:
        """Wait until everything is passed on."""
        self._closing.set()
        if self._task is not None:
            await asyncio.wait([self._task])

    def _tell(self, document_id: UUID, user_id: UUID, *, edited: bool) -> None:
        key = (document_id, user_id)
        if self.listener is None or (len(self._waiting) >= MAX_WAITING and key not in self._waiting):
            return
        self._waiting[key] = edited or self._waiting.get(key, False)
        if self._task is None:
            self._task = asyncio.create_task(self._pass_on(self.listener))

    async def _pass_on(self, listener: ActivityListener) -> None:
        while self._waiting:
            with suppress(TimeoutError):
                async with asyncio.timeout(GATHER_SECONDS):
                    await self._closing.wait()
            news = [Activity(*key, edited) for key, edited in islice(self._waiting.items(), MAX_TOGETHER)]
            for each in news:
                del self._waiting[each.document_id, each.user_id]
            await self._hand_over(listener, news)
        self._task = None

    async def _hand_over(self, listener: ActivityListener, news: Sequence[Activity]) -> None:
        try:
            await listener(news)
        except Exception as error:  # noqa: BLE001 -- the edits stand; only the news of them is lost
            if len(news) > 1:
                # The others' news is not to be lost with one.
                for each in news:
                    await self._hand_over(listener, [each])
                return
            _log.warning(
                "activity not recorded",
                document=str(news[0].document_id),
                user=str(news[0].user_id),
                error=type(error).__name__,
            )
