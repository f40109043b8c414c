"""What waits to be sent on one socket."""

import asyncio

import pytest
from starlette.websockets import WebSocketDisconnect

from collab_server.errors import EngineError, Malformed
from collab_server.outbox import Outbox
from tests.raw_client import eventually


class Wire:
    """A peer that reads when the test lets it."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.closed: tuple[int, str | None] | None = None
        self.reads = asyncio.Event()
        self.fails: Exception | None = None

    async def send_bytes(self, data: bytes) -> None:
        await self.reads.wait()
        if self.fails is not None:
            raise self.fails
        self.sent.append(data)

    async def close(self, code: int = 1000, reason: str | None = None) -> None:
        self.closed = (code, reason)


def outbox(wire: Wire) -> tuple[Outbox, list[EngineError]]:
    endings: list[EngineError] = []
    return Outbox(wire, limit_bytes=100, on_ending=endings.append), endings


async def test_12_messages_are_sent_in_order_and_then_the_socket_is_closed() -> None:
    wire = Wire()
    box, endings = outbox(wire)
    box.send([b"1", b"2"])
    box.send_state(b"s" * 500)
    box.send([b"3"])
    draining = asyncio.create_task(box.drain())
    wire.reads.set()
    box.end(Malformed("why"))
    box.end(Malformed("another"))
    box.send([b"4"])
    box.send_state(b"5")
    await draining
    assert wire.sent == [b"1", b"2", b"s" * 500, b"3"]
    assert wire.closed == (4400, "why")
    assert [error.reason for error in endings] == ["why"]
    assert box.ending


async def test_12_what_waits_is_bounded_and_dropped() -> None:
    wire = Wire()
    box, endings = outbox(wire)
    box.send([b"x" * 60])
    assert not endings
    box.send([b"x" * 60])
    assert [error.reason for error in endings] == ["reading_too_slowly"]
    wire.reads.set()
    await box.drain()
    assert wire.sent == []
    assert wire.closed == (1013, "reading_too_slowly")


async def test_12_a_peer_that_asks_for_the_state_again_without_reading_is_cut() -> None:
    box, endings = outbox(Wire())
    box.send_state(b"s" * 500)
    assert not endings
    box.send_state(b"s" * 500)
    assert len(endings) == 1


async def test_12_a_state_that_was_sent_makes_room_for_the_next() -> None:
    wire = Wire()
    box, endings = outbox(wire)
    wire.reads.set()
    draining = asyncio.create_task(box.drain())
    for _ in range(3):
        box.send_state(b"s" * 500)
        await eventually(lambda: not box._queue, "the state to be sent")
    assert len(wire.sent) == 3
    assert not endings
    draining.cancel()


@pytest.mark.parametrize("failure", [WebSocketDisconnect(1006), RuntimeError("closed")])
async def test_a_peer_that_has_gone_ends_the_sending_quietly(failure: Exception) -> None:
    wire = Wire()
    wire.fails = failure
    box, _ = outbox(wire)
    wire.reads.set()
    box.send([b"1"])
    await box.drain()
    assert wire.closed is None
