"""Bring a database to the schema of this release.

The steps are Alembic revisions in ``versions/``, run from code: there is no ``alembic.ini``, and every process of
a cluster may call ``migrate`` at its start. All steps run in one transaction: the schema is either the old
one or the new one. There are no steps back: what a step changed comes back from a backup.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import NullPool

from persistence.connecting import Address, engine_of
from persistence.errors import DatabaseNewerThanCode

MIGRATION_LOCK = 0x1EC7E42
USABLE_FROM = "{revision} is usable by releases from {oldest}"


async def migrate(database_url: str) -> None:
    """Run the missing steps; wait while another process runs them.

    Raises:
        DatabaseNewerThanCode: a later release has migrated this database, and does not say that this one can use it.
        ValueError: the address is not one of a PostgreSQL database.
        OSError, SQLAlchemyError: the database cannot be reached, or refused.
    """
    engine = engine_of(Address(database_url), poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


async def is_usable(connection: AsyncConnection) -> bool:
    """Tell whether the database behind a connection has this release's schema, or a later one that says this release can use it."""
    return await connection.run_sync(_is_usable)


async def upgrade(connection: AsyncConnection, *, target: str = "head") -> None:
    """Run the missing steps up to one inside a transaction that is open already; whoever calls holds MIGRATION_LOCK.

    Raises:
        DatabaseNewerThanCode: a later release has migrated this database, or is needed to come as far as that.
    """
    if target != "head" and target not in known_revisions():
        raise DatabaseNewerThanCode(target)
    await connection.run_sync(lambda sync: _upgrade(sync, target=target))


def known_revisions() -> frozenset[str]:
    """Return the revisions that this release can make."""
    return frozenset(declared())


def _scripts() -> ScriptDirectory:
    folder = Path(__file__).parent
    return ScriptDirectory(str(folder), version_locations=[str(folder / "versions")])


def usable_from(head: str, steps: Mapping[str, str]) -> str:
    """Return the oldest revision whose code can use the schema of the last.

    steps: each revision, from the first to the last, and the oldest one whose code can use what that step leaves behind.
    """
    order = list(steps)
    oldest = order.index(head)
    needed = 0
    for place in range(oldest, 0, -1):
        needed = max(needed, order.index(steps[order[place]]))
        if needed > place - 1:
            break
        oldest = place - 1
    return order[oldest]


@cache
def declared() -> dict[str, str]:
    """Return every revision of this release, from the first to the last, with what it says of older code.

    Read once: every look at whether a node is ready asks for it.
    """
    scripts = list(_scripts().walk_revisions())
    return {each.revision: getattr(each.module, "usable_from", each.revision) for each in reversed(scripts)}


def _is_usable(connection: Connection) -> bool:
    revision = _revision(connection)
    return revision == next(reversed(declared())) or _is_later_and_usable(connection, revision)


def _is_later_and_usable(connection: Connection, revision: str | None) -> bool:
    known = known_revisions()
    if revision is None or revision in known:
        return False
    said = connection.scalar(text("select obj_description('alembic_version'::regclass, 'pg_class')")) or ""
    # It names the schema that it is about, so that it is worth nothing about another.
    return said in {USABLE_FROM.format(revision=revision, oldest=each) for each in known}


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection, *, target: str = "head") -> None:
    scripts = _scripts()
    revision = _revision(connection)
    if revision is not None and revision not in known_revisions():
        if _is_later_and_usable(connection, revision):
            return
        raise DatabaseNewerThanCode(revision)

    def steps(current: Any, _context: MigrationContext) -> Any:
        return scripts._upgrade_revs(target, current)  # noqa: SLF001 -- what alembic.command.upgrade calls

    with EnvironmentContext(Config(), scripts, fn=steps, destination_rev=target) as environment:
        environment.configure(connection=connection, target_metadata=None)
        environment.run_migrations()
    reached = _revision(connection)
    if reached is not None and reached != revision:
        # A comment, because it belongs to the schema, not to the rows, and needs no step of its own.
        said = USABLE_FROM.format(revision=reached, oldest=usable_from(reached, declared()))
        connection.execute(text(f"comment on table alembic_version is '{said}'"))
