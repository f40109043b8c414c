"""Rule 17: the way to a database that moves: from server to server, or behind one address."""

from collections.abc import AsyncIterator
from pathlib import Path
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from collab_server.ports import LogRow
from persistence import connecting
from persistence.connecting import Address, History, Moved
from persistence.database import Database
from persistence.update_log import PostgresUpdateLog
from tests.integration.test_update_log import A, make_documents
from tests.network import Network

ROW = LogRow(b"\x00\x00", uuid4(), uuid4())


@pytest.fixture
async def history(monkeypatch: pytest.MonkeyPatch) -> list[History]:
    """Let connections be on the last history of this list."""
    histories = [History(1, 2, "lectern", 1)]

    async def told(_connection: object) -> History:
        return histories[-1]

    monkeypatch.setattr(connecting, "_history", told)
    return histories


@pytest.fixture
async def log(database_url: str) -> AsyncIterator[PostgresUpdateLog]:
    await make_documents(database_url)
    log = await PostgresUpdateLog.connect(Address(database_url))
    yield log
    await log.close()


async def test_17_the_database_tells_which_of_its_histories_it_is_on(database_url: str) -> None:
    address = Address(database_url)
    connection = await address.connect()
    assert address.history is not None
    assert address.history.system > 0 and address.history.timeline == 1
    assert address.history.name == urlsplit(database_url).path.removeprefix("/")
    await connection.close()


async def test_17_who_is_not_told_everything_does_with_what_there_is(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "_HISTORY", "select no_such_function()")
    monkeypatch.setattr(connecting, "_TIMELINE", "select no_such_function()")
    address = Address(database_url)
    await (await address.connect()).close()
    assert address.history is not None
    assert address.history.system > 0 and address.history.timeline == 0


async def test_17_of_several_servers_the_one_is_taken_that_can_be_written_to(database_url: str) -> None:
    folder = parse_qs(urlsplit(database_url).query)["host"][0]
    name = urlsplit(database_url).path
    silent = Network(target_file=Path(folder) / ".s.PGSQL.5432")
    silent.silence()
    try:
        dead = "/nowhere"
        address = Address(
            f"postgresql://lectern@/{name[1:]}?host={dead},127.0.0.1,{folder}&port=5432,{silent.port},5432"
        )
        connection = await address.connect(seconds=1.5)
        assert await connection.fetchval("select 1") == 1
        await connection.close()
        # Whoever asks next begins with it.
        with patch.object(asyncpg, "connect", wraps=asyncpg.connect) as tried:
            connection = await address.connect(seconds=1.5)
        assert [folder in call.args[0] for call in tried.call_args_list] == [True]
        await connection.close()
    finally:
        silent.close()


async def test_17_a_server_that_is_only_read_is_not_taken(database_url: str) -> None:
    await _let_new_connections_only_read(database_url)
    with pytest.raises(ConnectionError, match="cannot be written to"):
        await Address(database_url).connect()
    name, query = urlsplit(database_url).path, parse_qs(urlsplit(database_url).query)
    with pytest.raises(ConnectionError, match=r"No such file.*cannot be written to"):
        await Address(f"postgresql://lectern@{name}?host=/nowhere,{query['host'][0]}").connect()


async def _let_new_connections_only_read(url: str) -> None:
    connection = await asyncpg.connect(url)
    name = urlsplit(url).path.removeprefix("/")
    await connection.execute(f'alter database "{name}" set default_transaction_read_only = on')
    await connection.close()


async def test_17_with_another_history_all_connections_to_the_one_before_end(
    database_url: str, history: list[History], log: PostgresUpdateLog
) -> None:
    address = log._address
    database = Database(address)
    told: list[int] = []
    address.on_move(lambda: told.append(address.moves))
    assert await log.append({A: [ROW]}) == {A: 1}
    async with database.transaction() as tx:
        await tx.session.execute(text("select 1"))
    old = await address.connect()
    history.append(history[-1]._replace(timeline=2))
    new = await address.connect()
    assert told == [1]
    assert old.is_closed() and not new.is_closed()
    # Everybody else goes there by themselves.
    assert await log.append({A: [ROW]}) == {A: 2}
    assert await log.heads([A]) == {A: (1, 2)}
    async with database.transaction() as tx:
        await tx.session.execute(text("select 1"))
    assert told == [1]
    await new.close()
    await database.close()


async def test_17_what_was_begun_before_a_move_is_not_written_after_it(
    history: list[History], log: PostgresUpdateLog
) -> None:
    history.append(history[-1]._replace(timeline=2))
    # The append itself notices, on its way: its rows may build on what is not there.
    with pytest.raises(Moved):
        await log.append({A: [ROW]})
    assert await log.heads([A]) == {A: (1, 0)}
    assert await log.append({A: [ROW]}) == {A: 1}


async def test_17_the_database_of_before_is_not_taken_any_more(database_url: str, history: list[History]) -> None:
    address = Address(database_url)
    first, second = history[-1], history[-1]._replace(timeline=2)
    history.append(second)
    await (await address.connect()).close()
    history.append(first)
    with pytest.raises(ConnectionError, match="before its standby took its place"):
        await address.connect()
    assert (address.history, address.moves) == (second, 0)


async def test_17_a_server_that_becomes_one_to_read_is_left(database_url: str, log: PostgresUpdateLog) -> None:
    await log.append({A: [ROW]})
    assert log._appending is not None
    await log._appending.execute("set default_transaction_read_only = on")
    assert connecting.is_read_only(log._appending)
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        await log.append({A: [ROW]})
    assert await log.append({A: [ROW]}) == {A: 2}
    database = Database(database_url)
    async with database.engine.connect() as connection:
        await connection.execute(text("set session characteristics as transaction read only"))
        await connection.commit()
    with pytest.raises(DBAPIError) as refusal:
        async with database.transaction() as tx:
            await tx.session.execute(text("update document_heads set seq = seq"))
    assert refusal.value.connection_invalidated
    async with database.transaction() as tx:
        await tx.session.execute(text("update document_heads set seq = seq"))
    await database.close()
