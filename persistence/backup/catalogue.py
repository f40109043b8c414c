"""What is in a database: the tables that a backup keeps, and what stands in the way of bringing rows back."""

from typing import Any

import asyncpg

REVISIONS = "alembic_version"

_COLUMNS = """
select c.relname, array_agg(a.attname::text order by a.attnum)
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
 where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> $1
 group by c.relname order by c.relname
"""
_FOREIGN_KEYS = """
select format('alter table %s drop constraint %I', conrelid::regclass, conname),
       format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
  from pg_constraint
 where contype = 'f' and connamespace = 'public'::regnamespace and conparentid = 0 order by conname
"""
_TRIGGERS = """
select distinct format('alter table %s disable trigger user', tgrelid::regclass),
       format('alter table %s enable trigger user', tgrelid::regclass)
  from pg_trigger t join pg_class c on c.oid = t.tgrelid
 where not tgisinternal and c.relnamespace = 'public'::regnamespace
"""
_TRIGGER_FUNCTIONS = """
select format('drop function %s', oid::regprocedure) from pg_proc
 where pronamespace = 'public'::regnamespace and prorettype = 'trigger'::regtype
"""


async def tables(connection: "asyncpg.Connection[Any]") -> dict[str, list[str]]:
    """Return each table's columns, in the order of their names; without the one that says which revision it is."""
    return {row[0]: list(row[1]) for row in await connection.fetch(_COLUMNS, REVISIONS)}


async def revision(connection: "asyncpg.Connection[Any]") -> str | None:
    """Return the schema's revision, or None where no Lectern has ever been."""
    if await connection.fetchval("select to_regclass('public.' || $1)", REVISIONS) is None:
        return None
    found: str | None = await connection.fetchval(f"select version_num from {REVISIONS}")  # noqa: S608 -- a constant
    return found


async def has_rows(connection: "asyncpg.Connection[Any]") -> bool:
    """Tell whether there is a row in any table."""
    for name in await tables(connection):
        if await connection.fetchval(f"select exists (select from {quoted(name)})"):  # noqa: S608 -- quoted
            return True
    return False


async def drop_all(connection: "asyncpg.Connection[Any]") -> None:
    """Drop the tables, which have no rows, and the functions of their triggers."""
    names = [*await tables(connection), REVISIONS]
    await connection.execute(f"drop table {', '.join(map(quoted, names))} cascade")
    for (statement,) in await connection.fetch(_TRIGGER_FUNCTIONS):
        await connection.execute(statement)


async def loosened(connection: "asyncpg.Connection[Any]") -> list[str]:
    """Drop foreign keys and silence triggers, so that tables can be filled in any order; return what undoes it."""
    undo = []
    for query in (_TRIGGERS, _FOREIGN_KEYS):
        for statement, opposite in await connection.fetch(query):
            await connection.execute(statement)
            undo.append(opposite)
    return undo


def quoted(name: str) -> str:
    """Quote an identifier."""
    return '"' + name.replace('"', '""') + '"'
