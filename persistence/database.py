"""The connection to PostgreSQL, and the unit in which everything is changed."""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from persistence.errors import ConstraintViolated
from persistence.reading import Reader

POOL_CONNECTIONS = 10
POOL_TIMEOUT_SECONDS = 30.0
CONNECT_TIMEOUT_SECONDS = 10.0

LastStep = Callable[[], Awaitable[object]]
AfterCommit = Callable[[], Awaitable[object]] | Callable[[], object]


class Transaction:
    """One database transaction, and what is to be told to the rest of the house once it has committed."""

    __slots__ = ("__weakref__", "_announcements", "_last_steps", "session")

    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self._last_steps: list[LastStep] = []
        self._announcements: list[AfterCommit] = []

    def before_commit(self, step: LastStep) -> None:
        """Await ``step`` as the last thing in the transaction, in the order of registration; what it raises rolls back.

        For what takes locks that others wait for: they are then held as shortly as can be.
        """
        self._last_steps.append(step)

    async def finish(self) -> None:
        """Run the last steps, which may register further ones."""
        while self._last_steps:
            await self._last_steps.pop(0)()

    def after_commit(self, callback: AfterCommit) -> None:
        """Call ``callback`` after a successful commit, in the order of registration; never after a rollback."""
        self._announcements.append(callback)

    async def announce(self) -> None:
        """Run the registered callbacks: all of them, even when one fails.

        Raises:
            ExceptionGroup: of what the callbacks raised. The commit stands.
        """
        failures: list[Exception] = []
        for callback in self._announcements:
            try:
                answer = callback()
                if inspect.isawaitable(answer):
                    await answer
            except Exception as failure:  # noqa: BLE001 -- raised below, all together
                failures.append(failure)
        if failures:
            raise ExceptionGroup("committed, but not everybody could be told", failures)


class Database:
    """A pool of connections to one PostgreSQL database. It connects at the first use."""

    def __init__(self, url: str) -> None:
        self.engine: AsyncEngine = create_async_engine(
            asyncpg_url(url),
            pool_size=POOL_CONNECTIONS,
            max_overflow=POOL_CONNECTIONS,
            pool_timeout=POOL_TIMEOUT_SECONDS,
            pool_pre_ping=True,
            connect_args={"timeout": CONNECT_TIMEOUT_SECONDS},
        )
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        _, arguments = self.engine.dialect.create_connect_args(self.engine.url)
        self.reader = Reader(self.engine.dialect, {**arguments, "timeout": CONNECT_TIMEOUT_SECONDS})

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Open a transaction: committed when the block ends, rolled back when it raises.

        Raises:
            ConstraintViolated: a named constraint refused a change.
        """
        async with self._sessions() as session:
            transaction = Transaction(session)
            try:
                async with session.begin():
                    yield transaction
                    await transaction.finish()
            except IntegrityError as error:
                constraint = violated_constraint(error)
                if constraint is None:
                    raise
                raise ConstraintViolated(constraint) from error
        await transaction.announce()

    async def ping(self) -> None:
        """Ask the database for a sign of life; raises whatever the driver raises."""
        async with self.engine.connect() as connection:
            await connection.execute(text("select 1"))

    async def close(self) -> None:
        """Close all connections."""
        await self.reader.close()
        await self.engine.dispose()


def asyncpg_url(url: str) -> URL:
    """Turn a PostgreSQL address as users write it into one for SQLAlchemy's asyncpg dialect.

    libpq's ``sslmode`` is called ``ssl`` by asyncpg.

    Raises:
        ValueError: it is not a PostgreSQL address.
    """
    try:
        parsed = make_url(url)
    except Exception as error:
        raise ValueError("not a database address") from error
    if parsed.drivername not in {"postgres", "postgresql", "postgresql+asyncpg"}:
        raise ValueError(f"not a PostgreSQL address: {parsed.drivername}")
    query = dict(parsed.query)
    if "sslmode" in query:
        query["ssl"] = query.pop("sslmode")
    return parsed.set(drivername="postgresql+asyncpg", query=query)


def violated_constraint(error: IntegrityError) -> str | None:
    """Return the name of the constraint that an integrity error is about, if the server told it."""
    cause: BaseException | None = error.orig
    while cause is not None:
        name = getattr(cause, "constraint_name", None)
        if isinstance(name, str):
            return name
        cause = cause.__cause__
    return None
