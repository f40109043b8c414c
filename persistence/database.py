"""The connection to PostgreSQL, and the unit in which everything is changed."""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from persistence.connecting import Address, engine_of
from persistence.errors import ConstraintViolated
from persistence.reading import Reader

POOL_CONNECTIONS = 10
POOL_TIMEOUT_SECONDS = 30.0

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

    def __init__(self, address: str | Address) -> None:
        address = Address.of(address)
        self.engine: AsyncEngine = engine_of(
            address,
            pool_size=POOL_CONNECTIONS,
            max_overflow=POOL_CONNECTIONS,
            pool_timeout=POOL_TIMEOUT_SECONDS,
            pool_pre_ping=True,
        )
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        self.reader = Reader(self.engine.dialect, address.connect)

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


def violated_constraint(error: IntegrityError) -> str | None:
    """Return the name of the constraint that an integrity error is about, if the server told it."""
    cause: BaseException | None = error.orig
    while cause is not None:
        name = getattr(cause, "constraint_name", None)
        if isinstance(name, str):
            return name
        cause = cause.__cause__
    return None
