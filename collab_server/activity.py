"""Tells the rest of the house what people do in documents: who has opened one, who has changed it first in a session.

One after the other and outside the path of an edit: a class that comes at once makes a queue, not three hundred transactions.
"""

import asyncio
from uuid import UUID

import structlog

from collab_server.ports import ActivityListener

_log = structlog.get_logger(__name__)

MAX_WAITING = 10_000
"""Above this, news is dropped: whoever does something more is told of again, at the latest with the next session."""


class ActivityFeed:
    """Passes on to one listener, once there is one."""

    def __init__(self) -> None:
        self.listener: ActivityListener | None = None
        self._waiting: dict[tuple[UUID, UUID, bool], None] = {}
        self._task: asyncio.Task[None] | None = None

    def opened(self, document_id: UUID, user_id: UUID) -> None:
        """Pass on that somebody has opened a document."""
        self._tell(document_id, user_id, edited=False)

    def edited(self, document_id: UUID, user_id: UUID) -> None:
        """Pass on that an edit of somebody is committed."""
        self._tell(document_id, user_id, edited=True)

    async def close(self) -> None:
        """Wait until everything is passed on."""
        if self._task is not None:
            await asyncio.wait([self._task])

    def _tell(self, document_id: UUID, user_id: UUID, *, edited: bool) -> None:
        if self.listener is None or len(self._waiting) >= MAX_WAITING:
            return
        self._waiting[document_id, user_id, edited] = None
        if self._task is None:
            self._task = asyncio.create_task(self._pass_on(self.listener))

    async def _pass_on(self, listener: ActivityListener) -> None:
        while self._waiting:
            document_id, user_id, edited = next(iter(self._waiting))
            del self._waiting[document_id, user_id, edited]
            try:
                if edited:
                    await listener.edited(document_id, user_id)
                else:
                    await listener.opened(document_id, user_id)
            except Exception as error:  # noqa: BLE001 -- the edit stands; only the news of it is lost
                _log.warning(
                    "activity not recorded", document=str(document_id), user=str(user_id), error=type(error).__name__
                )
        self._task = None
