"""Follow the row of keys while the server runs."""

import asyncio
import contextlib

import structlog

from auth.keys.actions import RELOAD_SECONDS, later_keys
from auth.tokens import TokenIssuer
from persistence.database import Database

log = structlog.get_logger(__name__)


class KeyRing:
    """Tells an issuer of tokens which keys there are, at the start and every few seconds."""

    def __init__(self, database: Database, issuer: TokenIssuer) -> None:
        self._database = database
        self._issuer = issuer
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Read the keys, and begin to look for others."""
        await self._read()
        self._task = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(RELOAD_SECONDS)
            try:
                await self._read()
            except Exception:  # while the database is away, the keys stay as they are
                log.warning("the keys were not read", exc_info=True)

    async def _read(self) -> None:
        async with self._database.transaction() as transaction:
            self._issuer.use(await later_keys(transaction.session))
