"""Count what is asked of the database."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from persistence.database import Database


@contextmanager
def counted_statements(database: Database) -> Iterator[list[str]]:
    """Collect the statements that are sent while the block runs."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        statements.append(statement)

    engine, reader = database.engine.sync_engine, database.reader
    fetch = reader.fetch

    async def noted_fetch(sql: str, values: Sequence[Any]) -> list[Any]:
        statements.append(sql)
        return await fetch(sql, values)

    event.listen(engine, "before_cursor_execute", note)
    setattr(reader, "fetch", noted_fetch)  # noqa: B010 -- mypy lets no method be replaced
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
        delattr(reader, "fetch")
