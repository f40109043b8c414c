"""Rules 1 and 2 while PostgreSQL is frozen, or stopped and started: nobody is told what is not true, and nothing is lost."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed

from tests.crash.log_check import replayed
from tests.crash.workload import PATIENCE_SECONDS, Crowd, held_by_server, keys_of, open_place
from tests.extent import extent
from tests.own_postgres import OwnPostgres
from tests.raw_client import DIALECTS, Author, raw_client
from tests.running_server import RunningServer

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(own_postgres: OwnPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    settings = {
        "demo": "false",
        "database_url": own_postgres.url,
        "messages_per_second": "100000",
        "message_max_bytes": "65536",
    }
    running = RunningServer(data_dir=tmp_path_factory.mktemp("away") / "data", settings=settings)
    running.start()
    yield running
    running.close()
    assert '"token' not in running.output and "?token=" not in running.output


async def in_log(url: str, crowd: Crowd) -> int:
    """Return how many of the crowd's edits are committed."""
    logs = [await replayed(url, document) for document in crowd.place.documents]
    return sum(len(keys_of(log)) for log in logs)


async def everyone_waits(crowd: Crowd) -> None:
    """Wait until every writer has sent all that it sends without an answer."""
    async with asyncio.timeout(20):
        while not all(writer.waits for writer in crowd.writers):  # noqa: ASYNC110 -- many sockets tell, none of them all
            await asyncio.sleep(0.002)


async def test_1_a_frozen_database_delays_and_loses_nothing(server: RunningServer, own_postgres: OwnPostgres) -> None:
    crowd = Crowd(await asyncio.to_thread(open_place, server, documents=3))
    async with crowd.at_work() as enough:
        for _ in range(3):
            await crowd.has_saved(crowd.saved() + 100)
            own_postgres.freeze()
            try:
                await everyone_waits(crowd)
                told, shown = crowd.saved(), crowd.shown()
            finally:
                own_postgres.thaw()
            committed = await in_log(own_postgres.url, crowd)
            assert told <= committed
            assert shown <= committed
        await crowd.has_saved(crowd.saved() + 100)
        enough.set()
    # Nobody was sent away for so short a time.
    assert {code for writer in crowd.writers for code in writer.closes} == {1000}
    await crowd.compare()
    await crowd.settle()


async def test_1_a_database_that_restarts_is_waited_for(server: RunningServer, own_postgres: OwnPostgres) -> None:
    crowd = Crowd(await asyncio.to_thread(open_place, server, documents=3))
    # On a busy machine the restart may take longer than the server waits: then writers are sent away, and come back.
    async with crowd.at_work(returning=True) as enough:
        for _ in range(2):
            await crowd.has_saved(crowd.saved() + 100)
            await asyncio.to_thread(own_postgres.stop)
            await everyone_waits(crowd)
            told, shown = crowd.saved(), crowd.shown()
            await asyncio.to_thread(own_postgres.start)
            committed = await in_log(own_postgres.url, crowd)
            assert told <= committed
            assert shown <= committed
        await crowd.has_saved(crowd.saved() + 100)
        enough.set()
    assert {code for writer in crowd.writers for code in writer.closes} <= {1000, 1013}
    await crowd.compare()
    await crowd.settle()
    for document in crowd.place.documents:
        log, held = await replayed(own_postgres.url, document), await held_by_server(crowd.place, document)
        assert keys_of(log) == keys_of(held)


@pytest.mark.parametrize("away", extent(["frozen"], long=["frozen", "stopped"]))
async def test_1_a_database_that_stays_away_sends_the_writers_away_with_their_edits(
    server: RunningServer, own_postgres: OwnPostgres, away: str
) -> None:
    crowd = Crowd(await asyncio.to_thread(open_place, server, documents=1))
    async with crowd.at_work():
        await crowd.has_saved(100)
        await asyncio.to_thread(own_postgres.freeze if away == "frozen" else own_postgres.stop)
        # The block ends when every writer has been sent away.
    assert {code for writer in crowd.writers for code in writer.closes} == {1013}
    await asyncio.to_thread(own_postgres.thaw if away == "frozen" else own_postgres.start)
    await crowd.compare()
    await crowd.settle()


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_11_what_waits_for_a_frozen_database_is_bounded(
    server: RunningServer, own_postgres: OwnPostgres, dialect: str
) -> None:
    place = await asyncio.to_thread(open_place, server, documents=1)
    author = Author(1)
    async with raw_client(place.url, place.documents[0], place.token, dialect=dialect) as client:
        await client.joined()
        await client.update(author.set("first", 1))
        await client.is_saved(1)
        own_postgres.freeze()
        try:
            # Some are in the commit that hangs; 10,000 wait behind it.
            with suppress(ConnectionClosed):
                for number in range(25_000):
                    await client.update(author.set("n", number))
            assert await client.ends() == (1013, "try_again_later")
            assert client.saved() == 1
        finally:
            own_postgres.thaw()
    # Until what waited is written, whoever brings more is sent away again.
    saved = False
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not saved:
            async with raw_client(place.url, place.documents[0], place.token, dialect=dialect) as client:
                await client.joined()
                await client.step2(author.doc.get_update())
                saved = await client.is_saved_or_ends(1)
    held = keys_of(await held_by_server(place, place.documents[0]))
    assert held == author.map.to_py()
