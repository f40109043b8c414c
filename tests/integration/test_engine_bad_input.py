"""Rules 4 to 8 and 11 as one table: every kind of bad input, in both dialects, before and after the sender is admitted.

Each gets its close code, is counted once and logged once without content or token, and nobody else notices.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import pytest
import structlog
from websockets.exceptions import ConnectionClosed

from collab_server.errors import EngineError
from collab_server.ports import Admission, Right
from collab_server.protocol import awareness
from collab_server.protocol.codec import byte_array, string, uint
from collab_server.protocol.update import MAX_DEPTH
from collab_server.session import MAX_RESYNCS, MAX_WAITING_MESSAGES
from tests.engine_host import LIMITS, EngineHost, engine_host
from tests.memory_log import MemoryLog
from tests.raw_client import DIALECTS, Author, RawClient, eventually, raw_client

DOCUMENT = uuid4()
SESSIONS_ONLY = (4401, 4403, 4404, 4409)
"""Codes that end one document in Hocuspocus and leave the socket open."""
CONTENT = "what-only-the-class-may-read"
TOKEN = "what-only-eve-may-know"
VICTIM = 5
SMALL = replace(LIMITS, session=replace(LIMITS.session, message_max_bytes=20_000, first_sync_max_bytes=40_000))
SELDOM = replace(SMALL, messages_per_second=16)

Attack = Callable[[RawClient], Awaitable[None]]


@dataclass(frozen=True)
class Bad:
    """What is sent, and the code it gets; `right`: what its sender may do."""

    attack: Attack
    code: int
    right: Right = Right.WRITE


def sends(*bodies: bytes) -> Attack:
    async def attack(client: RawClient) -> None:
        for body in bodies:
            await client.send(body)

    return attack


def update(payload: bytes) -> Attack:
    return sends(b"\x00\x02" + byte_array(payload))


def step2(payload: bytes) -> Attack:
    return sends(b"\x00\x01" + byte_array(payload))


def items(client: int, clock: int, *structs: bytes) -> bytes:
    return uint(1) + uint(len(structs)) + uint(client) + uint(clock) + b"".join(structs) + b"\x00"


def in_text(content: bytes) -> bytes:
    return b"\x01" + string("text") + content


def presence(state: str) -> Attack:
    return sends(b"\x01" + byte_array(uint(1) + uint(9) + uint(1) + string(state)))


async def text_frame(client: RawClient) -> None:
    await client.socket.send(CONTENT)


async def too_often(client: RawClient) -> None:
    for _ in range(SELDOM.messages_per_second * 6):
        await client.send(b"\x03")


def nested(depth: int) -> str:
    return '{"a":' * depth + f'"{CONTENT}"' + "}" * depth


GAPS = [b"\x00\x01" + byte_array(items(66, 10 + n, b"\x04" + in_text(string(CONTENT)))) for n in range(MAX_RESYNCS + 1)]
AN_EDIT = items(66, 0, b"\x04" + in_text(string(CONTENT)))
TOO_MANY_STATES = uint(awareness.MAX_ENTRIES + 1) + (uint(9) + uint(1) + string("{}")) * (awareness.MAX_ENTRIES + 1)

TABLE = {
    "malformed: an unknown message": Bad(sends(b"\x63" + CONTENT.encode()), 4400),
    "malformed: a message that ends early": Bad(sends(b"\x00\x02\x7f" + CONTENT.encode()), 4400),
    "malformed: bytes after the end": Bad(sends(b"\x03" + CONTENT.encode()), 4400),
    "malformed: an overlong integer": Bad(sends(b"\x00\x82\x00\x00"), 4400),
    "malformed: a text frame": Bad(text_frame, 4400),
    "malformed: an update that is none": Bad(update(b"\x01\x05" + CONTENT.encode()), 4400),
    "malformed: a first sync that is none": Bad(step2(CONTENT.encode()), 4400),
    "malformed: a state vector that is none": Bad(sends(b"\x00\x00" + byte_array(b"\x07" + CONTENT.encode())), 4400),
    "malformed: presence that is no JSON": Bad(presence(f"{{{CONTENT}"), 4400),
    "malformed: a number that no browser reads": Bad(update(items(66, 0, b"\x05" + in_text(string("NaN")))), 4400),
    "oversized: an update": Bad(update(items(66, 0, b"\x04" + in_text(string(CONTENT * 1_000)))), 1009),
    "oversized: a first sync": Bad(step2(items(66, 0, b"\x04" + in_text(string(CONTENT * 1_500)))), 1009),
    "oversized: a message of any kind": Bad(sends(b"\x63" + CONTENT.encode() * 10_000), 1009),
    "oversized: a count without bytes": Bad(update(uint(2**40) + b"\x00"), 4400),
    "oversized: too many presence states": Bad(sends(b"\x01" + byte_array(TOO_MANY_STATES)), 4400),
    "too deep: a plain value": Bad(
        update(items(66, 0, b"\x08" + in_text(uint(1) + b"\x75\x01" * (MAX_DEPTH + 1) + b"\x7e"))), 4400
    ),
    "too deep: JSON": Bad(update(items(66, 0, b"\x05" + in_text(string(nested(MAX_DEPTH + 1))))), 4400),
    "too deep: presence": Bad(presence(nested(awareness.MAX_DEPTH + 1)), 4400),
    "too frequent": Bad(too_often, 4429),
    "out of order: edits whose forerunners never come": Bad(sends(*GAPS), 4400),
    "out of order: edits that wait for each other": Bad(
        update(
            uint(2)
            + (uint(1) + uint(8) + uint(0) + b"\x84" + uint(9) + uint(0) + string("x"))
            + (uint(1) + uint(9) + uint(0) + b"\x84" + uint(8) + uint(0) + string("x"))
            + b"\x00"
        ),
        4400,
    ),
    "forged: an edit under another's client id": Bad(
        update(items(VICTIM, 1, b"\x84" + uint(VICTIM) + uint(0) + string(CONTENT))), 4403
    ),
    "forged: a jump of another's clock": Bad(update(items(VICTIM, 1, b"\x00" + uint(2**20))), 4403),
    "unauthorised: a reader's edit": Bad(update(AN_EDIT), 4403, Right.READ),
    "unauthorised: a reader's first sync": Bad(step2(AN_EDIT), 4403, Right.READ),
    "unauthorised: a reader's deletion": Bad(update(b"\x00\x01" + uint(VICTIM) + b"\x01\x00\x01"), 4403, Right.READ),
}


class Slow:
    """A doorkeeper who takes as long as the test wants."""

    def __init__(self, host: EngineHost) -> None:
        self._doorkeeper = host.engine.doorkeeper
        self.asked = asyncio.Event()
        self.decides = asyncio.Event()
        host.engine.doorkeeper = self

    async def admit(self, token: str, document_name: str) -> Admission:
        self.asked.set()
        await self.decides.wait()
        return await self._doorkeeper.admit(token, document_name)

    async def review(self, admissions: Sequence[Admission]) -> Sequence[Admission | EngineError]:
        return await self._doorkeeper.review(admissions)


def refusals(host: EngineHost) -> dict[str, float]:
    """Return what was refused so far, by code and reason."""
    lines = host.engine.metrics.exposition().decode().splitlines()
    counted = (line.rsplit(" ", 1) for line in lines if line.startswith("lectern_refusals_total{"))
    return {labels: float(value) for labels, value in counted}


@contextmanager
def logged() -> Iterator[list[Any]]:
    with structlog.testing.capture_logs() as events:
        yield events


async def is_refused(host: EngineHost, client: RawClient, code: int, *, events: list[Any]) -> None:
    """Check code, count and log line, and that neither says what was said."""
    await eventually(lambda: refusals(host), "the refusal to be counted")
    ((labels, count),) = refusals(host).items()
    assert f'code="{code}"' in labels
    assert count == 1
    if client.dialect == "hocuspocus" and code in SESSIONS_ONLY:
        await client.hears("denied")
    else:
        assert (await client.ends())[0] == code
    (line,) = [event for event in events if event["event"].endswith("refused")]
    assert line["code"] == code
    for said in (CONTENT, TOKEN):
        assert said not in repr(events)
        assert said not in labels
        assert said not in (client.socket.close_reason or "")
    assert count == sum(refusals(host).values())


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("bad", TABLE.values(), ids=TABLE)
async def test_4_bad_input_gets_its_code_once_and_nobody_else_notices(bad: Bad, dialect: str, moment: str) -> None:
    log = MemoryLog(DOCUMENT)
    limits = SELDOM if bad.attack is too_often else SMALL
    with logged() as events:
        async with engine_host(log, limits=limits) as host:
            host.doorkeeper.let("ada", DOCUMENT, Right.WRITE)
            host.doorkeeper.let(TOKEN, DOCUMENT, bad.right)
            async with raw_client(host.url, DOCUMENT, "ada") as ada:
                await ada.joined()
                await ada.update(items(VICTIM, 0, b"\x04" + in_text(string("a"))))
                await ada.is_saved(1)
                slow = Slow(host)
                if moment == "after":
                    slow.decides.set()
                async with raw_client(host.url, DOCUMENT, TOKEN, dialect=dialect) as eve:
                    if moment == "after":
                        await eve.joined()
                    else:
                        await slow.asked.wait()
                    with suppress(ConnectionClosed):
                        await bad.attack(eve)
                        if moment == "before":
                            # What is sent now has been heard before the decision.
                            await (await eve.socket.ping())
                    slow.decides.set()
                    await is_refused(host, eve, bad.code, events=events)
                    # Ada has heard nothing of it, and goes on.
                    assert not ada.of("update") and not ada.of("presence")
                    await ada.update(items(VICTIM, 1, b"\x84" + uint(VICTIM) + uint(0) + string("b")))
                    await ada.is_saved(2)
    assert len(log.rows(DOCUMENT)) == 2


DOORS: dict[str, tuple[str, object, int]] = {
    "no token": ("", DOCUMENT, 4401),
    "a token of nobody": (f"forged-{CONTENT}", DOCUMENT, 4401),
    "an unknown document": (TOKEN, uuid4(), 4404),
    "a document named by a path": (TOKEN, f"../{DOCUMENT}", 4404),
    "a document named by an encoded path": (TOKEN, f"%2e%2e%2f{DOCUMENT}", 4404),
    "a document and more": (TOKEN, f"{DOCUMENT}/../{DOCUMENT}", 4404),
    "a document and the end of a string": (TOKEN, f"{DOCUMENT}%00", 4404),
}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(("token", "document", "code"), DOORS.values(), ids=DOORS)
async def test_8_who_may_not_in_is_told_once_and_leaves_no_trace(
    token: str, document: object, code: int, dialect: str
) -> None:
    with logged() as events:
        async with engine_host(None, DOCUMENT) as host:
            host.doorkeeper.let(TOKEN, DOCUMENT, Right.WRITE)
            async with raw_client(host.url, str(document), token, dialect=dialect) as client:
                await is_refused(host, client, code, events=events)
                assert not host.engine.registry.rooms()


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_11_too_many_messages_before_the_decision_are_refused(dialect: str) -> None:
    with logged() as events:
        async with engine_host(None, DOCUMENT, limits=replace(LIMITS, messages_per_second=100_000)) as host:
            host.doorkeeper.let(TOKEN, DOCUMENT, Right.WRITE)
            slow = Slow(host)
            async with raw_client(host.url, DOCUMENT, TOKEN, dialect=dialect) as client:
                await slow.asked.wait()
                with suppress(ConnectionClosed):
                    for _ in range(MAX_WAITING_MESSAGES + 1):
                        await client.send(b"\x03")
                # They may have been drawing while we were slow: they keep it, and come again.
                await is_refused(host, client, 1013, events=events)
            slow.decides.set()


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_7_what_comes_too_late_counts_for_nothing(dialect: str) -> None:
    log = MemoryLog(DOCUMENT)
    with logged() as events:
        async with engine_host(log) as host:
            host.doorkeeper.let(TOKEN, DOCUMENT, Right.READ)
            async with raw_client(host.url, DOCUMENT, TOKEN, dialect=dialect) as client:
                await client.joined()
                with suppress(ConnectionClosed):
                    await client.update(AN_EDIT)
                    # All of it is on its way before the refusal is heard.
                    for late in (Author(3).set("a", 1), b"\xff", Author(4).set("b", 1)):
                        await client.update(late)
                await is_refused(host, client, 4403, events=events)
    assert log.rows(DOCUMENT) == []
