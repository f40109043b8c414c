"""Compaction: from the log, never from memory, to a snapshot that is checked before it is kept.

The rows stay: history and replay need them. A snapshot only makes the next load short.
"""

from uuid import UUID

import structlog

from collab_server.content import Content
from collab_server.ports import UpdateLog

_log = structlog.get_logger(__name__)

MIN_ROWS = 50
"""A shorter tail is read faster than a snapshot is made."""


class Snapshots:
    """Takes snapshots of documents from the log."""

    def __init__(self, log: UpdateLog) -> None:
        self._log = log

    async def take(self, document_id: UUID, *, min_rows: int = MIN_ROWS) -> None:
        """Snapshot a document whose tail has grown; does nothing otherwise."""
        stored = await self._log.load(document_id)
        if stored is None or len(stored.tail) < min_rows:
            return
        content = Content(stored)
        state = content.state()
        if not content.is_whole_in(state):
            _log.error("snapshot differs from the log", document=str(document_id), seq=stored.seq)
            return
        await self._log.save_snapshot(document_id, stored.seq, state)
