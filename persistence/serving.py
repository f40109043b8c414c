"""Which processes serve a database just now: PostgreSQL's own advisory locks know, and forget a process the moment it dies.

A process without Redis serves alone. Several that share Redis must agree on the secret, or each would refuse the other's tokens.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from time import time

import asyncpg
import structlog

from persistence.connecting import Address, is_read_only

HOUSE = 0x1EC7
"""The first key of our advisory locks; the second is 0 for everybody, or what the settings come to that all must share."""
PATIENCE_SECONDS = 15.0
"""So long a predecessor may take until the database has noticed that it is gone."""
AGAIN_SECONDS = 0.25
LOOK_SECONDS = 1.0
ANSWER_SECONDS = 5.0
CLOCK_SECONDS = 60.0
"""Tokens are judged by the clock of the node that sees them: further apart, some would not be valid yet."""
# A machine that is gone says nothing; the database must not wait for it for hours.
_KEEPALIVE = {"tcp_keepalives_idle": "5", "tcp_keepalives_interval": "2", "tcp_keepalives_count": "3"}

_HELD = """
select l.objid::bigint as key, l.mode, a.client_addr, l.pid
from pg_locks l left join pg_stat_activity a on a.pid = l.pid
where l.locktype = 'advisory' and l.classid = $1 and l.granted
    and l.database = (select oid from pg_database where datname = current_database())
"""

_log = structlog.get_logger(__name__)


class Refused(Exception):
    """This process must not serve; the message is one line for the operator."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look at the database says: how many processes serve it, us included, and how far its clock is ahead of ours (s)."""

    processes: int
    clock_ahead: float


class Serving:
    """This process among those that serve one database.

    `shared`: others may, too, if they have the same `agreed`: the settings without which one refuses the other's tokens.
    """

    def __init__(self, address: str | Address, *, shared: bool, agreed: str) -> None:
        self._address = Address.of(address)
        self._shared = shared
        self._agreed = 1 + int.from_bytes(blake2b(agreed.encode(), digest_size=8).digest()) % (2**31 - 2)
        self._connection: asyncpg.Connection | None = None
        self._task: asyncio.Task[None] | None = None
        self.clock_ahead = 0.0

    @property
    def cluster(self) -> bytes:
        """Return what all processes of this database have in common, and those of a copy or of an earlier history of it do not."""
        history = self._address.history
        assert history is not None, "nobody has been at the database yet"
        # Nodes of releases that knew no timelines still meet those of this one, where there has been one only.
        return repr(tuple(history) if history.timeline > 1 else history[:3]).encode()

    def now(self) -> float:
        """Return the database's time, in seconds since 1970."""
        return time() + self.clock_ahead

    async def begin(self) -> None:
        """Take our place, unless we have it.

        Raises:
            Refused: somebody else serves this database who does not belong with us, or our clock is wrong.
        """
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while self._connection is None:
            try:
                await self._claim()
            except Refused:
                await self._let_go()
                if asyncio.get_running_loop().time() > deadline:
                    raise
                await asyncio.sleep(AGAIN_SECONDS)

    def keep(self, seen: Callable[[Seen], None]) -> None:
        """Stay there, and tell every second what is seen."""
        self._task = asyncio.create_task(self._look(seen), name="serving")

    async def end(self) -> None:
        """Leave."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self._let_go()

    async def _claim(self) -> None:
        connection = self._connection = await self._address.connect(
            seconds=ANSWER_SECONDS, command_timeout=ANSWER_SECONDS, server_settings=_KEEPALIVE
        )
        function = "pg_try_advisory_lock_shared" if self._shared else "pg_try_advisory_lock"
        if not await connection.fetchval(f"select {function}($1, 0)", HOUSE):
            raise Refused(await self._explained())
        if self._shared:
            await connection.execute("select pg_advisory_lock_shared($1, $2)", HOUSE, self._agreed)
        held = await connection.fetch(_HELD, HOUSE)
        if self._shared and any(row["key"] not in (0, self._agreed) for row in held):
            raise Refused(
                "Another process serves this database with another LECTERN_SECRET_KEY or LECTERN_PUBLIC_URL; "
                "set the same ones for all of them."
            )
        await self._set_clock()
        if abs(self.clock_ahead) > CLOCK_SECONDS and self._shared:
            raise Refused(
                f"This machine's clock is {abs(self.clock_ahead):.0f} seconds "
                f"{'behind' if self.clock_ahead > 0 else 'ahead of'} the database's; set it right, or tokens are refused."
            )

    async def _explained(self) -> str:
        if self._shared:
            return (
                "Another process serves this database without Redis; set LECTERN_REDIS_URL for all of them, or stop it."
            )
        return "Another process serves this database. Several may, if all have the same LECTERN_REDIS_URL; else stop the other one."

    async def _set_clock(self) -> None:
        assert self._connection is not None
        before = time()
        there = await self._connection.fetchval("select extract(epoch from clock_timestamp())::float8")
        self.clock_ahead = there - (before + time()) / 2

    async def _look(self, seen: Callable[[Seen], None]) -> None:
        wrong = ""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                if self._connection is not None and is_read_only(self._connection):
                    await self._let_go()
                if self._connection is None or self._connection.is_closed():
                    await self._claim()
                assert self._connection is not None
                await self._set_clock()
                held = await self._connection.fetch(_HELD, HOUSE)
                seen(Seen(len({row["pid"] for row in held if row["key"] == 0}), self.clock_ahead))
                wrong = ""
            except Exception as error:  # noqa: BLE001 -- the database may be away; it is asked again
                await self._let_go()
                words = str(error) if isinstance(error, Refused) else type(error).__name__
                if words != wrong:
                    _log.error("this process has lost its place at the database", reason=words)
                wrong = words

    async def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):
                await connection.close(timeout=ANSWER_SECONDS)
