"""Rule 19: what can be done to an open room from outside, while its log is slow or refuses."""

import asyncio
from collections.abc import AsyncIterator
from unittest.mock import patch
from uuid import uuid4

import pytest

from collab_server import patience
from collab_server.live import NotCommitted
from collab_server.open_rooms import OpenRooms
from collab_server.ports import Right
from tests.engine_host import EngineHost, engine_host
from tests.memory_log import MemoryLog
from tests.raw_client import Author, eventually, raw_client

DOCUMENT = uuid4()


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog(DOCUMENT)


@pytest.fixture
async def host(log: MemoryLog) -> AsyncIterator[EngineHost]:
    async with engine_host(log) as running:
        yield running


@pytest.fixture
def rooms(host: EngineHost) -> OpenRooms:
    return OpenRooms(host.engine)


def token(host: EngineHost) -> str:
    return host.doorkeeper.let("ada", DOCUMENT, Right.WRITE)


def backlog(host: EngineHost) -> int:
    room = host.engine.registry.room(DOCUMENT)
    assert room is not None
    return room.backlog


async def test_19_flushing_waits_for_what_was_accepted_and_not_for_what_comes_later(
    host: EngineHost, log: MemoryLog, rooms: OpenRooms
) -> None:
    author = Author(1)
    async with raw_client(host.url, DOCUMENT, token(host)) as writer:
        await writer.joined()
        log.hold()
        await writer.update(author.set("a", 1))
        await eventually(lambda: log.waiting, "the engine to append")
        await writer.update(author.set("b", 2))
        await eventually(lambda: backlog(host) == 2, "the second update to queue up")
        flushing = asyncio.create_task(rooms.flush(DOCUMENT))
        await writer.asked_and_answered()
        assert not flushing.done() and not log.snapshots(DOCUMENT)
        log.release()
        assert await flushing == 2
        assert list(log.snapshots(DOCUMENT)) == [2]
        assert backlog(host) == 0
        assert await rooms.flush(DOCUMENT) == 2


async def test_19_flushing_says_so_when_the_log_does_not_take_it(
    host: EngineHost, log: MemoryLog, rooms: OpenRooms
) -> None:
    with patch.object(patience, "FIRST_SECONDS", 0.001), patch.object(patience, "GIVE_UP_SECONDS", 0.01):
        async with raw_client(host.url, DOCUMENT, token(host)) as writer:
            await writer.joined()
            log.hold()
            await writer.update(Author(1).set("a", 1))
            await eventually(lambda: log.waiting, "the engine to append")
            flushing = asyncio.create_task(rooms.flush(DOCUMENT))
            log.fail_with = OSError("disk full")
            log.release()
            with pytest.raises(NotCommitted):
                await flushing
            assert await rooms.open_room(DOCUMENT) is None


async def test_19_a_snapshot_that_cannot_be_kept_is_told(host: EngineHost, log: MemoryLog, rooms: OpenRooms) -> None:
    async with raw_client(host.url, DOCUMENT, token(host)) as writer:
        await writer.joined()
        log.fail_with = OSError("disk full")
        with pytest.raises(NotCommitted):
            await rooms.flush(DOCUMENT)
        log.fail_with = None


async def test_19_closing_a_room_commits_what_was_accepted_first(
    host: EngineHost, log: MemoryLog, rooms: OpenRooms
) -> None:
    async with raw_client(host.url, DOCUMENT, token(host)) as writer:
        await writer.joined()
        log.hold()
        await writer.update(Author(1).set("a", 1))
        await eventually(lambda: log.waiting, "the engine to append")
        closing = asyncio.create_task(rooms.close_room(DOCUMENT))
        await writer.asked_and_answered()
        assert not closing.done()
        log.release()
        assert await closing == 1
        await writer.is_saved(1)
        assert len(log.rows(DOCUMENT)) == 1
        assert await rooms.open_room(DOCUMENT) is None
    async with raw_client(host.url, DOCUMENT, token(host)) as again:
        await again.joined()
        await eventually(lambda: again.map() == {"a": 1}, "the document to open anew from the log")


async def test_19_a_room_that_nobody_is_in_can_be_closed(host: EngineHost, log: MemoryLog, rooms: OpenRooms) -> None:
    async with raw_client(host.url, DOCUMENT, token(host)) as writer:
        await writer.joined()
    await eventually(lambda: not list(host.engine.sessions()), "the session to end")
    assert await rooms.close_room(DOCUMENT) == 0
    assert list(await rooms.open_rooms()) == []
    assert await rooms.close_room(DOCUMENT) is None
    assert await rooms.send_away(DOCUMENT, user_id=uuid4()) is None
    assert await rooms.flush(DOCUMENT) is None
