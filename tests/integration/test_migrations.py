"""The schema that the migrations make, and the one that the code expects."""

import asyncio
import re
from pathlib import Path

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

import auth.audit.models
import auth.keys.models
import auth.mail.models
import auth.models
import auth.pictures.models
import auth.recovery.models
import auth.sign_on.models
import classroom.assignments.models
import classroom.class_files.models
import classroom.classes.models
import classroom.courses.models
import classroom.documents.models
import classroom.files.models
import classroom.grades.models
import classroom.lessons.models
import classroom.polls.models
import classroom.progress.models
import classroom.roster.models
import classroom.sessions.models
import classroom.slides.models
import persistence.idempotency
import persistence.log_tables
import persistence.migrations
from persistence.base import Base
from persistence.connecting import Address, engine_of
from persistence.database import Database
from persistence.errors import DatabaseNewerThanCode
from persistence.migrations import declared, is_usable, migrate, usable_from

MODELS = (
    auth.models,
    auth.audit.models,
    auth.keys.models,
    auth.mail.models,
    auth.pictures.models,
    auth.recovery.models,
    auth.sign_on.models,
    classroom.class_files.models,
    classroom.assignments.models,
    classroom.classes.models,
    classroom.courses.models,
    classroom.documents.models,
    classroom.files.models,
    classroom.lessons.models,
    classroom.grades.models,
    classroom.slides.models,
    classroom.polls.models,
    classroom.progress.models,
    classroom.roster.models,
    classroom.sessions.models,
    persistence.idempotency,
    persistence.log_tables,
)

BEFORE_STEPS_SAID_SO = "0019"
CATALOGUE = """
select c.relname || ': ' || pg_get_constraintdef(k.oid) || ' as ' || k.conname
  from pg_constraint k join pg_class c on c.oid = k.conrelid where c.relnamespace = 'public'::regnamespace
union all
select indexdef from pg_indexes where schemaname = 'public'
union all
select relname || ' with ' || coalesce(reloptions::text, '') from pg_class
 where relnamespace = 'public'::regnamespace and relkind = 'r'
union all
select table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '')
  from information_schema.columns where table_schema = 'public'
"""


async def catalogue(url: str) -> set[str]:
    connection = await asyncpg.connect(url)
    try:
        return {row[0] for row in await connection.fetch(CATALOGUE) if "alembic" not in row[0]}
    finally:
        await connection.close()


async def test_the_migrations_make_exactly_what_the_models_say(database_url: str, empty_database_url: str) -> None:
    assert MODELS
    engine = engine_of(Address(empty_database_url))
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await engine.dispose()
    assert await catalogue(database_url) == await catalogue(empty_database_url)


async def test_alembic_finds_nothing_to_change(database_url: str) -> None:
    def differences(connection: Connection) -> object:
        return compare_metadata(MigrationContext.configure(connection), Base.metadata)

    engine = engine_of(Address(database_url))
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_several_processes_may_migrate_at_once(empty_database_url: str) -> None:
    await asyncio.gather(*(migrate(empty_database_url) for _ in range(4)))
    database = Database(empty_database_url)
    async with database.engine.connect() as connection:
        assert await is_usable(connection)
    await database.close()


async def test_an_empty_database_is_not_usable(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    async with database.engine.connect() as connection:
        assert not await is_usable(connection)
    await database.close()


async def test_a_database_of_a_later_release_is_left_alone(database_url: str) -> None:
    database = Database(database_url)
    async with database.transaction() as transaction:
        await transaction.session.execute(text("update alembic_version set version_num = '9999'"))
    before = await catalogue(database_url)
    with pytest.raises(DatabaseNewerThanCode, match="9999"):
        await migrate(database_url)
    assert await catalogue(database_url) == before
    await database.close()


async def test_a_later_schema_is_used_where_it_says_that_this_release_can(database_url: str) -> None:
    database = Database(database_url)
    for said, usable in (
        ("9999 is usable by releases from 0019", True),
        ("9999 is usable by releases from 9998", False),
        ("9998 is usable by releases from 0019", False),
        ("", False),
    ):
        async with database.transaction() as transaction:
            await transaction.session.execute(text("update alembic_version set version_num = '9999'"))
            await transaction.session.execute(text(f"comment on table alembic_version is '{said}'"))
        async with database.engine.connect() as connection:
            assert await is_usable(connection) is usable
        if usable:
            before = await catalogue(database_url)
            await migrate(database_url)
            assert await catalogue(database_url) == before
        else:
            with pytest.raises(DatabaseNewerThanCode, match="9999"):
                await migrate(database_url)
    await database.close()


async def test_migrating_writes_down_who_can_use_the_schema(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    said = await connection.fetchval("select obj_description('alembic_version'::regclass)")
    await connection.close()
    steps = declared()
    head = list(steps)[-1]
    assert said == f"{head} is usable by releases from {usable_from(head, steps)}"


@pytest.mark.parametrize(
    ("steps", "oldest"),
    [
        ({"1": "1"}, "1"),
        ({"1": "1", "2": "2"}, "2"),
        ({"1": "1", "2": "1"}, "1"),
        ({"1": "1", "2": "1", "3": "2"}, "2"),
        ({"1": "1", "2": "1", "3": "1"}, "1"),
        ({"1": "1", "2": "2", "3": "1"}, "2"),
        ({"1": "1", "2": "1", "3": "3", "4": "3"}, "3"),
        ({"1": "1", "2": "1", "3": "1", "4": "4"}, "4"),
    ],
)
def test_a_schema_is_usable_as_far_back_as_all_its_steps_are(steps: dict[str, str], oldest: str) -> None:
    assert usable_from(list(steps)[-1], steps) == oldest


def test_every_step_says_whose_code_can_use_what_it_leaves() -> None:
    """Without it the nodes of the release before would stop serving the moment that a new one has migrated."""
    folder = Path(persistence.migrations.__file__).parent / "versions"
    for path in folder.glob("[0-9]*.py"):
        if path.name[:4] > BEFORE_STEPS_SAID_SO:
            assert re.search(r"^usable_from = \"[0-9]{4}\"  # .+$", path.read_text(), re.MULTILINE), (
                f"{path.name} needs: usable_from = ...  # why; see CONTRIBUTING.md"
            )


async def test_a_failed_migration_leaves_the_schema_as_it_was(postgres_url: str, empty_database_url: str) -> None:
    connection = await asyncpg.connect(empty_database_url)
    await connection.execute("create table files (id int)")
    await connection.close()
    before = await catalogue(empty_database_url)
    with pytest.raises(Exception, match="already exists"):
        await migrate(empty_database_url)
    assert await catalogue(empty_database_url) == before
