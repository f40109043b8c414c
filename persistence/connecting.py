"""The way to the database, which may move: to another server of those that are named, or behind one address.

Every connection of a process is made here, and only to a server that can be written to. Each says at once on which *history* of
the database it is. PostgreSQL begins a new one (a timeline) whenever a standby is promoted or a backup is rolled forward, and what follows may lack what the
one before had: nothing that was read there is true any more without being read again. So with the first connection to another history
all those to the one before end, and whoever remembers something of it is told to forget it.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple, Self
from weakref import WeakSet

import asyncpg
import structlog
from asyncpg.connect_utils import SessionAttribute
from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from persistence.addresses import servers_of

CONNECT_SECONDS = 10.0

_HISTORY = """
select system_identifier, oid::bigint, datname::text, left(pg_walfile_name(pg_current_wal_lsn()), 8)
from pg_control_system(), pg_database where datname = current_database()
"""

# One by one, where some of it is not told.
_DATABASE = "select oid::bigint, datname::text from pg_database where datname = current_database()"
_SYSTEM = "select system_identifier from pg_control_system()"
_TIMELINE = "select left(pg_walfile_name(pg_current_wal_lsn()), 8)"
_UNTOLD = (
    asyncpg.InsufficientPrivilegeError,
    asyncpg.UndefinedFunctionError,
    asyncpg.FeatureNotSupportedError,
    asyncpg.ObjectNotInPrerequisiteStateError,
)

_ANOTHER_MAY = (
    OSError,
    asyncpg.TargetServerAttributeNotMatched,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
)
"""What says nothing about another server: one does not answer, is just starting, or cannot be written to."""

_log = structlog.get_logger(__name__)


class History(NamedTuple):
    """Which database this is, and which of its histories; 0 where the server does not tell."""

    system: int
    database: int
    name: str
    timeline: int

    def is_before(self, other: "History") -> bool:
        """Say whether the same database has gone on without this one."""
        return self[:3] == other[:3] and self.timeline < other.timeline


class Moved(ConnectionError):
    """The database is on another history than when this was begun."""


class Address:
    """Where one database is, for one process; see the module."""

    def __init__(self, url: str) -> None:
        """Raises ValueError where it is not the address of a PostgreSQL."""
        self._servers = list(servers_of(url))
        self._connections: WeakSet[asyncpg.Connection[Any]] = WeakSet()
        self._kind = _remembered_in(self._connections)
        self._listeners: list[Callable[[], None]] = []
        self.history: History | None = None
        self.moves = 0
        """How often the database has moved: what was read at another number must be read again."""

    @classmethod
    def of(cls, address: "str | Address") -> Self:
        """Return an address, where it is not one already."""
        return address if isinstance(address, cls) else cls(str(address))

    def on_move(self, listener: Callable[[], None]) -> None:
        """Call somebody, in the step in which it is noticed, when the database goes on in another history."""
        self._listeners.append(listener)

    async def connect(self, *_: Any, seconds: float = CONNECT_SECONDS, **options: Any) -> "asyncpg.Connection[Any]":
        """Connect to the first server that can be written to, beginning with the one that was the last time.

        Raises:
            OSError: none of them can be reached and written to, in time.
            asyncpg.PostgresError: one of them does not let us in.
        """
        options = {**options, "connection_class": self._kind}
        problems: list[Exception] = []
        for server in list(self._servers):
            try:
                async with asyncio.timeout(seconds / len(self._servers)):
                    connection = await self._connect_to(server, options)
            except _ANOTHER_MAY as error:
                problems.append(error)
            else:
                # The others find it at once.
                self._servers.remove(server)
                self._servers.insert(0, server)
                return connection
        raise _told(problems)

    def check(self, moves: int) -> None:
        """Raise Moved where the database has moved since that number."""
        if moves != self.moves:
            raise Moved("the database has moved")

    async def _connect_to(self, server: str, options: dict[str, Any]) -> "asyncpg.Connection[Any]":
        connection: asyncpg.Connection[Any] = await asyncpg.connect(
            server, target_session_attrs=SessionAttribute.read_write, **options
        )
        # Until it is known where it leads, a move is not about it.
        self._connections.discard(connection)
        try:
            self._arrive(await _history(connection))
        except BaseException:
            connection.terminate()
            raise
        self._connections.add(connection)
        return connection

    def _arrive(self, history: History) -> None:
        known, self.history = self.history, history
        if known is None or known == history:
            return
        if history.is_before(known):
            self.history = known
            raise ConnectionError("this server is of a time before its standby took its place")
        self.moves += 1
        _log.warning(
            "the database goes on elsewhere: everything is read again", before=known.timeline, now=history.timeline
        )
        for other in list(self._connections):
            other.terminate()
        for listener in self._listeners:
            listener()


def engine_of(
    address: Address, *, seconds: float = CONNECT_SECONDS, options: Mapping[str, Any] | None = None, **pool: Any
) -> AsyncEngine:
    """Return SQLAlchemy's engine for a database. `options`: asyncpg's, for each connection."""

    async def connect(*_: Any, **__: Any) -> "asyncpg.Connection[Any]":
        return await address.connect(seconds=seconds, **(options or {}))

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, **pool)
    event.listen(engine.sync_engine, "handle_error", _give_up_read_only)
    return engine


def _give_up_read_only(context: ExceptionContext) -> None:
    # Whoever was written to and is no more has become a standby, or is about to: another connection leads elsewhere.
    if getattr(context.original_exception, "sqlstate", None) == asyncpg.ReadOnlySQLTransactionError.sqlstate:
        context.is_disconnect = True


def is_read_only(connection: "asyncpg.Connection[Any]") -> bool:
    """Say whether a connection's server has become one that cannot be written to; what it has told by itself is enough."""
    told = connection.get_settings()
    return "on" in (getattr(told, "in_hot_standby", ""), getattr(told, "default_transaction_read_only", ""))


async def _history(connection: "asyncpg.Connection[Any]") -> History:
    try:
        system, database, name, timeline = await connection.fetchrow(_HISTORY) or (0, 0, "", "0")
    except _UNTOLD:
        database, name = await connection.fetchrow(_DATABASE) or (0, "")
        system, timeline = await _told_by(connection, _SYSTEM) or 0, await _told_by(connection, _TIMELINE) or "0"
    return History(system, database, name, int(timeline, 16))


async def _told_by(connection: "asyncpg.Connection[Any]", question: str) -> Any:
    with suppress(*_UNTOLD):
        return await connection.fetchval(question)


def _told(problems: list[Exception]) -> Exception:
    if len(problems) == 1 and not isinstance(problems[0], asyncpg.TargetServerAttributeNotMatched):
        return problems[0]
    words = [
        "it cannot be written to"
        if isinstance(error, asyncpg.TargetServerAttributeNotMatched)
        else str(error) or "no answer in time"
        for error in problems
    ]
    return ConnectionError("; ".join(words))


def _remembered_in(connections: "WeakSet[asyncpg.Connection[Any]]") -> type["asyncpg.Connection[Any]"]:
    class Remembered(asyncpg.Connection):
        def __init__(self, *parts: Any) -> None:
            super().__init__(*parts)
            connections.add(self)

    return Remembered
