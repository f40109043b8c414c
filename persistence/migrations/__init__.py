"""Bring a database to the schema of this release.

The steps are Alembic revisions in ``versions/``, run from code: there is no ``alembic.ini``, and every process of
a cluster may call ``migrate`` at its start. All steps run in one transaction: the schema is either the old
one or the new one. There are no steps back: what a step changed comes back from a backup.
"""

from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from persistence.database import CONNECT_TIMEOUT_SECONDS, asyncpg_url
from persistence.errors import DatabaseNewerThanCode

MIGRATION_LOCK = 0x1EC7E42


async def migrate(database_url: str) -> None:
    """Run the missing steps; wait while another process runs them.

    Raises:
        DatabaseNewerThanCode: a later release has migrated this database.
        ValueError: the address is not one of a PostgreSQL database.
        OSError, SQLAlchemyError: the database cannot be reached, or refused.
    """
    engine = create_async_engine(
        asyncpg_url(database_url), poolclass=NullPool, connect_args={"timeout": CONNECT_TIMEOUT_SECONDS}
    )
    try:
        async with engine.begin() as connection:
            await connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


async def is_current(connection: AsyncConnection) -> bool:
    """Tell whether the database behind a connection has exactly this release's schema."""
    return await connection.run_sync(lambda sync: _revision(sync) == _scripts().get_current_head())


async def upgrade(connection: AsyncConnection, *, target: str = "head") -> None:
    """Run the missing steps up to one inside a transaction that is open already; whoever calls holds MIGRATION_LOCK.

    Raises:
        DatabaseNewerThanCode: a later release has migrated this database, or is needed to come as far as that.
    """
    if target != "head" and target not in known_revisions():
        raise DatabaseNewerThanCode(target)
    await connection.run_sync(lambda sync: _upgrade(sync, target=target))


def known_revisions() -> set[str]:
    """Return the revisions that this release can make."""
    return {script.revision for script in _scripts().walk_revisions()}


def _scripts() -> ScriptDirectory:
    folder = Path(__file__).parent
    return ScriptDirectory(str(folder), version_locations=[str(folder / "versions")])


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection, *, target: str = "head") -> None:
    scripts = _scripts()
    known = {script.revision for script in scripts.walk_revisions()}
    revision = _revision(connection)
    if revision is not None and revision not in known:
        raise DatabaseNewerThanCode(revision)

    def steps(current: Any, _context: MigrationContext) -> Any:
        return scripts._upgrade_revs(target, current)  # noqa: SLF001 -- what alembic.command.upgrade calls

    with EnvironmentContext(Config(), scripts, fn=steps, destination_rev=target) as environment:
        environment.configure(connection=connection, target_metadata=None)
        environment.run_migrations()
