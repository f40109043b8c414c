"""Rule 11 at the door of the real server: crowds that never say who they are, dribblers, and those who ask and never read."""

import asyncio
import os
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from unittest.mock import patch
from uuid import uuid4

import psutil
import pytest

from collab_server import engine, http_protocol
from collab_server.ports import Right
from tests.conftest import StartServer
from tests.crash.workload import Place, open_place
from tests.engine_host import engine_host
from tests.raw_client import Author, eventually, raw_client
from tests.running_server import RunningServer

# What a server may open, and what it takes of memory, is that of a process that was started for it.
pytestmark = [pytest.mark.slow, pytest.mark.command]

CROWD = 1_000
MIB = 1024 * 1024


@pytest.fixture
def many_files() -> Iterator[None]:
    """Let this process, and the server it starts, have as many sockets as the tests open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * CROWD + 500
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def memory(server: RunningServer) -> int:
    return psutil.Process(server.process.pid).memory_info().rss


Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def connection(port: int) -> AsyncIterator[Streams]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


HEAD = (
    b"GET /hocuspocus HTTP/1.1\r\nHost: school.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)


async def upgraded(streams: Streams) -> None:
    """Open a WebSocket by hand: a library's client would answer what the server asks."""
    reader, writer = streams
    writer.write(HEAD + b"\r\n")
    answer = await reader.readuntil(b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 101"), answer


async def hung_up(reader: asyncio.StreamReader, *, within: float) -> bytes:
    """Wait until the server has closed the connection; returns what it said before."""
    async with asyncio.timeout(within):
        try:
            return await reader.read()
        except ConnectionResetError:
            return b""


async def is_served(place: Place, author: Author) -> None:
    """Check that an honest person can come in and save."""
    async with raw_client(place.url, place.documents[0], place.token, dialect="hocuspocus") as client:
        await client.joined()
        await client.step2(author.doc.get_update(await client.hears("step1")))
        await client.update(author.set("n", len(author.map) + 1))
        await client.is_saved(2)


async def test_11_a_thousand_sockets_that_never_say_who_they_are(start_server: StartServer, many_files: None) -> None:
    server = await asyncio.to_thread(lambda: start_server(auth_deadline_seconds="4"))
    place = await asyncio.to_thread(open_place, server, documents=1)
    author = Author(1)

    async def stay_silent(opened: asyncio.Event) -> bytes:
        async with connection(server.port) as streams:
            await upgraded(streams)
            opened.set()
            return await hung_up(streams[0], within=60)

    async def crowd() -> None:
        opened = [asyncio.Event() for _ in range(CROWD)]
        async with asyncio.TaskGroup() as group:
            silent = [group.create_task(stay_silent(each)) for each in opened]
            await asyncio.gather(*(each.wait() for each in opened))
            await is_served(place, author)
        for task in silent:
            # A close frame, perhaps behind a ping: its code and why.
            assert task.result().endswith((4408).to_bytes(2) + b"no_authentication_in_time")

    async def growth() -> int:
        before = memory(server)
        await crowd()
        await is_served(place, author)
        return memory(server) - before

    # The first crowds show what the allocator keeps for the next ones, and the collector gets to later; a leak would grow with each.
    await crowd()
    grown = [await growth()]
    while grown[-1] >= 5 * MIB:
        assert len(grown) < 4, f"each of the crowds left something behind: {grown}"
        grown.append(await growth())
    assert place.token not in server.output


async def test_11_upgrades_that_dribble_in_keep_nobody_out(many_files: None) -> None:
    document = uuid4()
    with patch.object(http_protocol, "HEAD_SECONDS", 1.0):
        async with engine_host(None, document) as host:
            host.doorkeeper.let("ada", document, Right.WRITE)
            port = int(host.url.rpartition(":")[2])

            async def dribble(opened: asyncio.Event) -> bytes:
                async with connection(port) as (reader, writer):
                    ended = asyncio.create_task(hung_up(reader, within=30))
                    for byte in HEAD:
                        writer.write(bytes((byte,)))
                        opened.set()
                        await asyncio.wait([ended], timeout=0.05)
                        if ended.done():
                            break
                    return await ended

            opened = [asyncio.Event() for _ in range(CROWD // 4)]
            async with asyncio.TaskGroup() as group:
                dribblers = [group.create_task(dribble(each)) for each in opened]
                await asyncio.gather(*(each.wait() for each in opened))
                async with raw_client(host.url, document, "ada") as ada:
                    await ada.joined()
                    await ada.update(Author(1).set("a", 1))
                    await ada.is_saved(1)
            # Hung up before the head was whole: nobody was served, and nothing is left of them.
            assert {task.result() for task in dribblers} == {b""}
            await eventually(lambda: not host.engine._sockets, "ada's socket to go")


async def test_11_a_half_open_socket_is_dropped() -> None:
    with patch.object(engine, "HEARTBEAT_SECONDS", 0.2):
        async with engine_host(None, uuid4()) as host:
            async with connection(int(host.url.rpartition(":")[2])) as streams:
                await upgraded(streams)
                # It neither answers pings nor hangs up, as a machine does whose cable was pulled.
                said = await hung_up(streams[0], within=10)
                assert said.startswith(b"\x89\x00")
            await eventually(lambda: not host.engine._sockets, "the socket to be forgotten")


async def test_12_a_hundred_documents_asked_for_and_never_read_are_bounded(start_server: StartServer) -> None:
    count, size, rounds = 100, 200_000, 20
    server = await asyncio.to_thread(
        lambda: start_server(documents_per_socket=str(count + 1), room_unload_seconds="600", outbox_max_bytes="1048576")
    )
    place = await asyncio.to_thread(open_place, server, documents=count)
    for number, document in enumerate(place.documents):
        async with raw_client(place.url, document, place.token) as client:
            await client.joined()
            await client.update(Author(number + 1).set("big", os.urandom(size // 2).hex()))
            await client.is_saved(1)
    before = memory(server)
    async with raw_client(place.url, place.documents[0], place.token, dialect="hocuspocus") as deaf:
        for document in place.documents:
            await deaf.authenticate(place.token, key=document)
        await deaf.until(lambda: len(deaf.of("authenticated")) == count, "all documents to be open")
        deaf.stop_reading()
        for _ in range(rounds):
            for document in place.documents:
                await deaf.step1(key=document)
        await is_served(place, Author(5_000))
        grown = memory(server) - before
        # Each document is encoded once for all who ask; what is asked for 20 times over would be 400 MB.
        assert grown < 100 * MIB
        deaf.read_on()
        await deaf.until(
            lambda: {heard.key for heard in deaf.heard if heard.kind == "step2"} == set(place.documents), "all"
        )
    assert place.token not in server.output
