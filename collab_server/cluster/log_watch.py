"""What was not heard over the bus is found in the log: how far open documents go there, and who may still be in them."""

import asyncio
from contextlib import suppress
from time import monotonic
from uuid import UUID

import structlog

from collab_server.cluster.ports import Heads, House

ASK_SECONDS = 1.0
REVIEW_SECONDS = 2.0
CHECK_SECONDS = 30.0
"""So often the log is asked even if everything seems to be heard."""
DOUBT_SECONDS = 10.0
"""For so long after something that may have been news, the log is asked as if the bus were away."""
DOCUMENTS_ASKED_TOGETHER = 2_000

_log = structlog.get_logger(__name__)


class LogWatch:
    """`silent`: whether the bus is away. Then the log is asked about all open documents, and rights are decided anew."""

    def __init__(self, house: House, heads: Heads) -> None:
        self.silent = True
        self._house = house
        self._heads = heads
        self._doubts_until = float("-inf")
        self._to_check: set[UUID] = set()
        self._check_now = asyncio.Event()
        self._reviewing: asyncio.Task[None] | None = None

    def check(self, document_id: UUID) -> None:
        """Look soon how far a document goes."""
        self._to_check.add(document_id)
        self._check_now.set()

    def check_all(self) -> None:
        """Look soon how far every open document goes."""
        for document_id in self._house.open_documents():
            self.check(document_id)

    def doubt(self) -> None:
        """Hear that something was missed, and that more may be."""
        self._doubts_until = monotonic() + DOUBT_SECONDS

    async def watch(self) -> None:
        """Look for as long as this is not cancelled."""
        reviewed_at = checked_at = monotonic()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(ASK_SECONDS):
                    await self._check_now.wait()
            self._check_now.clear()
            now = monotonic()
            if self.silent or now < self._doubts_until or now - checked_at > CHECK_SECONDS:
                checked_at = now
                self._to_check.update(self._house.open_documents())
            if self.silent and now - reviewed_at > REVIEW_SECONDS:
                reviewed_at = now
                self._review()
            await self._ask()

    def _review(self) -> None:
        # Beside the log: a school's rights take longer than its documents.
        if self._reviewing is None or self._reviewing.done():
            self._reviewing = asyncio.create_task(self._house.review())

    async def _ask(self) -> None:
        asked, self._to_check = list(self._to_check), set()
        try:
            for start in range(0, len(asked), DOCUMENTS_ASKED_TOGETHER):
                documents = asked[start : start + DOCUMENTS_ASKED_TOGETHER]
                known = self._house.seqs(documents)
                found = await self._heads.heads(documents)
                for document_id, (epoch, seq) in found.items():
                    if seq < known.get(document_id, 0):
                        self._house.log_ends_at(document_id, seq)
                    else:
                        self._house.hear(document_id, epoch, seq, ())
        except Exception as error:  # noqa: BLE001 -- the database may be away; it is asked again
            self._to_check.update(asked)
            _log.warning("the log was not asked", error=type(error).__name__)
