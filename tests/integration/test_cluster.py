"""Rule 17: several engines on one log are one service; a message between them is a hint, and the log the truth."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pycrdt
import pytest

from classroom.progress.known import KnownProgress
from collab_server import heard_rows
from collab_server.cluster import hearing, log_watch, node, questions
from collab_server.cluster.envelope import Kind, Sealer, new_node
from collab_server.cluster.messages import write_rows
from collab_server.cluster.node import Node
from collab_server.cluster.rooms import RoomsEverywhere
from collab_server.open_rooms import OpenRooms
from collab_server.ports import LogRow, Right
from documents.kinds import Kind as DocumentKind
from documents.progress import State
from tests.engine_host import EngineHost, ListedDoorkeeper, engine_host
from tests.memory_bus import MemoryBus, MemoryPlace, Wire
from tests.memory_log import MemoryLog, MemoryTransaction
from tests.raw_client import DIALECTS, Author, RawClient, eventually, raw_client

DOCUMENT = uuid4()
each_dialect = pytest.mark.parametrize("dialect", DIALECTS)


@dataclass
class Pair:
    """Two engines on one log and one bus."""

    east: EngineHost
    west: EngineHost
    log: MemoryLog
    wire: Wire
    east_bus: MemoryBus
    west_bus: MemoryBus

    def let(self, name: str, right: Right = Right.WRITE) -> str:
        return self.east.doorkeeper.let(name, DOCUMENT, right)

    @asynccontextmanager
    async def people(self, *, dialect: str = DIALECTS[0]) -> AsyncIterator[tuple[RawClient, RawClient]]:
        """Let Ada in at the one node, and Bob at the other one."""
        async with (
            raw_client(self.east.url, DOCUMENT, self.let("ada"), dialect=dialect) as east,
            raw_client(self.west.url, DOCUMENT, self.let("bob"), dialect=dialect) as west,
        ):
            yield await east.joined(), await west.joined()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nodes notice within a moment what takes them seconds."""
    monkeypatch.setattr(node, "BEAT_SECONDS", 0.02)
    monkeypatch.setattr(hearing, "SILENT_SECONDS", 0.1)
    monkeypatch.setattr(hearing, "GONE_SECONDS", 0.2)
    monkeypatch.setattr(log_watch, "ASK_SECONDS", 0.02)
    monkeypatch.setattr(log_watch, "REVIEW_SECONDS", 0.05)


@pytest.fixture
async def pair(quick: None) -> AsyncIterator[Pair]:
    log, doorkeeper, wire = MemoryLog(DOCUMENT, shared=True), ListedDoorkeeper(), Wire()
    buses = MemoryBus(wire), MemoryBus(wire)
    async with (
        engine_host(log, doorkeeper=doorkeeper, bus=buses[0]) as east,
        engine_host(log, doorkeeper=doorkeeper, bus=buses[1]) as west,
    ):
        for host in (east, west):
            assert host.node is not None
            await eventually(partial(has_met, host.node), "the nodes to meet")
        yield Pair(east, west, log, wire, *buses)


def has_met(node: Node) -> bool:
    return bool(node.others) and not node.silent


async def shows(client: RawClient, **expected: Any) -> None:
    await client.until(lambda: client.map() == expected, f"the document to be {expected}")


@each_dialect
async def test_17_what_is_committed_at_one_node_is_seen_at_the_other(pair: Pair, dialect: str) -> None:
    ada, bob = Author(1), Author(2)
    async with pair.people(dialect=dialect) as (east, west):
        await east.update(ada.set("a", 1))
        await shows(west, a=1)
        await west.update(bob.set("b", 2))
        await shows(east, b=2)
        for number in range(50):
            await east.update(ada.set(f"a{number}", number))
            await west.update(bob.set(f"b{number}", number))
        await east.until(lambda: len(east.map()) == 51, "all edits")
        await west.until(lambda: len(west.map()) == 51, "all edits")
    assert len(pair.log.rows(DOCUMENT)) == 102


async def test_17_the_servers_own_edits_are_seen_at_every_node(pair: Pair) -> None:
    async with raw_client(pair.west.url, DOCUMENT, pair.let("bob")) as west:
        await west.joined()
        transaction = MemoryTransaction()
        pair.east.engine.edit(transaction, DOCUMENT, DocumentKind.WHITEBOARD, put_element)
        await transaction.commit(pair.log)
        await west.until(
            lambda: west.document().get("elements", type=pycrdt.Map).to_py() == {"e": 1}, "the server's edit"
        )


def put_element(doc: Any) -> None:
    doc.get("elements", type=pycrdt.Map)["e"] = 1


@pytest.mark.parametrize("lost", [lambda n: n % 3 == 0, lambda _: True], ids=["some", "all"])
async def test_17_what_no_message_told_of_is_read_from_the_log(pair: Pair, lost: Callable[[int], bool]) -> None:
    count = 0

    def swallow(channel: bytes, message: bytes) -> bytes | None:
        nonlocal count
        count += 1
        return None if channel.endswith(str(DOCUMENT).encode()) and lost(count) else message

    pair.wire.changed = swallow
    ada = Author(1)
    async with pair.people() as (east, west):
        for number in range(30):
            await east.update(ada.set(f"a{number}", number))
            await east.is_saved(number + 1)
        pair.east_bus.say_lost()
        await west.until(lambda: len(west.map()) == 30, "all edits")


async def test_17_what_is_on_its_way_is_not_read_from_the_log(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heard_rows, "LATE_SECONDS", 30)
    monkeypatch.setattr(hearing, "SILENT_SECONDS", 30)
    held: list[tuple[bytes, bytes]] = []
    async with pair.people() as (east, west):
        monkeypatch.setattr(pair.log, "read_rows", None)
        pair.wire.changed = lambda channel, message: held.append((channel, message))
        await east.update(Author(1).set("a", 1))
        await east.is_saved(1)
        await west.update(Author(2).set("b", 2))
        await eventually(lambda: len(pair.log.rows(DOCUMENT)) == 2, "both rows to be in the log")
        pair.wire.changed = lambda _channel, message: message
        for channel, message in held:
            pair.wire.carry(channel, message)
        await shows(west, a=1)
        await shows(east, b=2)
        await west.is_saved(1)


async def test_17_without_a_bus_the_log_is_asked(pair: Pair) -> None:
    ada = Author(1)
    async with pair.people() as (east, west):
        pair.east_bus.connected = pair.west_bus.connected = False
        await east.update(ada.set("a", 1))
        await shows(west, a=1)
        assert pair.west.node is not None and pair.west.node.silent
        assert pair.west_bus.reconnections > 0
        pair.east_bus.connected = pair.west_bus.connected = True
        await eventually(lambda: not pair.west.node.silent, "the bus to be heard again")  # type: ignore[union-attr]


async def test_17_when_the_bus_ends_the_log_is_asked_at_once(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "SILENT_SECONDS", 3600.0)
    ada = Author(1)
    async with pair.people() as (east, west):
        pair.west_bus.end()
        await east.update(ada.set("a", 1))
        await shows(west, a=1)
        pair.west_bus.connected = True
        await eventually(lambda: not pair.west.node.silent, "the bus to be heard again")  # type: ignore[union-attr]


async def test_8_17_without_a_bus_rights_are_decided_again(pair: Pair) -> None:
    async with raw_client(pair.west.url, DOCUMENT, pair.let("bob")) as west:
        await west.joined()
        pair.east_bus.connected = pair.west_bus.connected = False
        pair.east.doorkeeper.block("bob")
        await pair.east.engine.access_changed()
        assert (await west.ends())[0] == 4401


async def test_8_17_a_change_of_rights_is_in_force_on_all_nodes(pair: Pair) -> None:
    async with raw_client(pair.west.url, DOCUMENT, pair.let("bob")) as west:
        await west.joined()
        pair.let("bob", Right.READ)
        await pair.east.engine.access_changed(user_id=pair.east.doorkeeper.person("bob").id)
        await west.hears("access")
        pair.east.doorkeeper.block("bob")
        await pair.east.engine.access_changed(document_id=DOCUMENT)
        assert (await west.ends())[0] == 4401


@each_dialect
async def test_10_17_people_see_each_other_across_nodes_until_they_leave(pair: Pair, dialect: str) -> None:
    async with raw_client(pair.west.url, DOCUMENT, pair.let("bob"), dialect=dialect) as west:
        await west.joined()
        await west.announce(2, 1, {"pointer": 1})
        async with raw_client(pair.east.url, DOCUMENT, pair.let("ada"), dialect=dialect) as east:
            await east.joined()
            # Who comes to a node that had not opened the document is told who is elsewhere.
            await east.until(lambda: 2 in east.presence(), "bob")
            bob = east.presence()[2].state
            assert bob is not None and bob["user"]["name"] == "bob"
            await east.announce(1, 1, {"pointer": 5})
            await west.until(lambda: 1 in west.presence(), "ada")
        await west.until(lambda: west.presence()[1].state is None, "ada to leave")


async def test_10_17_who_was_on_a_node_that_is_gone_is_gone(pair: Pair) -> None:
    async with (
        raw_client(pair.west.url, DOCUMENT, pair.let("bob")) as west,
        raw_client(pair.east.url, DOCUMENT, pair.let("ada")) as east,
    ):
        await west.joined()
        await east.joined()
        await east.announce(1, 1, {"pointer": 5})
        await west.until(lambda: 1 in west.presence(), "ada")
        pair.east_bus.connected = False
        await west.until(lambda: west.presence()[1].state is None, "ada to be gone with her node")
        pair.east_bus.connected = True
        await west.until(lambda: west.presence()[1].state is not None, "ada to be back")


async def test_5_17_a_client_id_is_one_persons_whatever_the_node(pair: Pair) -> None:
    ada = Author(7)
    async with pair.people() as (east, west):
        await east.update(ada.set("a", 1))
        await shows(west, a=1)
        await west.update(ada.set("a", "forged"))
        assert (await west.ends())[0] == 4403


async def test_5_17_a_client_id_that_two_nodes_take_at_once_is_the_first_ones(pair: Pair) -> None:
    async with pair.people() as (east, west):
        pair.log.hold()
        await east.update(Author(7).set("a", 1))
        await eventually(lambda: pair.log.waiting == 1, "the first commit")
        await west.update(Author(7).set("a", "forged"))
        await eventually(lambda: pair.log.waiting == 2, "the second commit")
        pair.log.release()
        # Nothing of bob's was written; his room opens anew, and then his edit is refused.
        assert await west.ends() == (1012, "document_reloads")
        await east.is_saved(1)
        assert [row.payload for row in pair.log.rows(DOCUMENT)] == [Author(7).set("a", 1)]


async def test_13_17_a_restored_document_begins_anew_at_every_node(pair: Pair) -> None:
    ada = Author(1)
    async with pair.people() as (east, west):
        await east.update(ada.set("a", 1))
        await east.update(ada.set("a", 2))
        await shows(west, a=2)
        assert await pair.east.engine.restore(DOCUMENT, seq=1) == 2
        assert (await east.ends())[0] == 4409
        assert (await west.ends())[0] == 4409
    async with raw_client(pair.west.url, DOCUMENT, pair.let("bob")) as west:
        await west.joined()
        await shows(west, a=1)


def forged(secret: str, *, cluster: bytes = MemoryPlace.cluster, channel: bytes) -> bytes:
    stranger = Sealer(secret, cluster=cluster, node=new_node(), now=MemoryPlace().now)
    row = LogRow(Author(99).set("forged", 1), UUID(int=5), UUID(int=6))
    body = write_rows(1, 1, [row])
    assert body is not None
    return stranger.seal(channel, Kind.ROWS, body)


@pytest.mark.parametrize("source", ["another secret", "a copy of the database", "another program", "a replay"])
async def test_17_foreign_and_replayed_messages_are_never_applied(pair: Pair, source: str) -> None:
    ada = Author(1)
    async with pair.people() as (east, west):
        await east.update(ada.set("a", 1))
        await shows(west, a=1)
        channel = next(channel for channel, _ in pair.wire.carried if channel.endswith(str(DOCUMENT).encode()))
        messages: Mapping[str, Sequence[bytes]] = {
            "another secret": [forged("other", channel=channel)],
            "a copy of the database": [forged("secret", cluster=b"copy", channel=channel)],
            "another program": [b"", b"hello", bytes(100)],
            "a replay": [message for at, message in pair.wire.carried if at == channel],
        }
        for message in messages[source]:
            pair.wire.carry(channel, message)
        await east.update(ada.set("a", 2))
        await shows(west, a=2)
        assert b"forged" not in b"".join(row.payload for row in pair.log.rows(DOCUMENT))
        text = pair.west.engine.metrics.exposition().decode()
        assert "lectern_bus_refused_total{" in text


async def test_19_administrators_see_and_end_sessions_on_every_node(pair: Pair) -> None:
    assert pair.east.node is not None and pair.west.node is not None
    here, there = (RoomsEverywhere(OpenRooms(host.engine), host.node) for host in (pair.east, pair.west))  # type: ignore[arg-type]
    assert list(await here.open_rooms()) == []
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(raw_client(host.url, DOCUMENT, pair.let(name)))
            for host, name in ((pair.east, "ada"), (pair.west, "bob"), (pair.west, "eve"))
        ]
        for client in clients:
            await client.joined()
        for rooms in (here, there):
            (room,) = await rooms.open_rooms()
            assert [session.name for session in room.sessions] == ["ada", "bob", "eve"]
            assert await rooms.open_room(DOCUMENT) == room
        await clients[1].update(Author(2).set("b", 1))
        await clients[0].until(lambda: clients[0].map() == {"b": 1}, "bob's edit")
        assert await here.flush(DOCUMENT) == 1
        assert await here.send_away(DOCUMENT, user_id=pair.east.doorkeeper.person("eve").id) == 1
        assert (await clients[2].ends())[0] == 4403
        assert await there.close_room(DOCUMENT) == 2
        assert (await clients[0].ends())[0] == (await clients[1].ends())[0] == 1012
    await eventually(lambda: not pair.east.engine.registry.rooms(), "the room to go")
    assert await here.open_room(uuid4()) is None
    assert await here.close_room(uuid4()) is None
    assert await here.flush(uuid4()) is None


async def test_19_a_node_that_does_not_answer_is_not_waited_for(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "ANSWER_SECONDS", 0.05)
    assert pair.east.node is not None and pair.west.node is not None
    here, _ = (RoomsEverywhere(OpenRooms(host.engine), host.node) for host in (pair.east, pair.west))  # type: ignore[arg-type]
    async with raw_client(pair.west.url, DOCUMENT, pair.let("bob")) as west:
        await west.joined()
        assert len(await here.open_rooms()) == 1
        unanswered = asyncio.Event()

        async def never(_question: Any) -> Any:
            unanswered.set()
            await asyncio.Event().wait()

        pair.west.node.answer_with({"rooms": never})
        async with asyncio.timeout(5):
            assert list(await here.open_rooms()) == []
        assert unanswered.is_set()


async def test_17_processes_that_the_database_knows_and_nobody_hears_are_reported(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert pair.east.node is not None
    pair.east.node.counted(2)
    pair.east.node.counted(3)
    monkeypatch.setattr(hearing, "GONE_SECONDS", -1.0)
    pair.east.node.counted(3)
    assert "processes of this database have another LECTERN_REDIS_URL" in capsys.readouterr().out


async def test_17_what_a_node_has_remembered_it_forgets_when_another_says_so(pair: Pair) -> None:
    assert pair.east.node is not None and pair.west.node is not None
    here, there = KnownProgress(tell_nodes=pair.east.node.tell), KnownProgress()
    ada, eve = uuid4(), uuid4()
    for person in (ada, eve):
        there.learn(DOCUMENT, person, State.WORKING)
    here.forget(document_id=DOCUMENT, user_id=ada)
    await eventually(lambda: len(pair.west.news) == 1, "the news")
    there.hear(pair.west.news[0])
    assert not there.holds(DOCUMENT, ada, State.WORKING)
    assert there.holds(DOCUMENT, eve, State.WORKING)
    here.forget(user_id=eve)
    await eventually(lambda: len(pair.west.news) == 2, "the news")
    there.hear(pair.west.news[1])
    assert not there.holds(DOCUMENT, eve, State.WORKING)
