"""Rule 10: presence over real sockets, with raw and with stock clients."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from collab_server import audience, presence
from collab_server.ports import Participant, Right
from tests.engine_host import EngineHost, engine_host
from tests.raw_client import DIALECTS, Author, raw_client
from tests.yjs_peers import Peers, yjs_peers

DOCUMENT = uuid4()
each_dialect = pytest.mark.parametrize("dialect", DIALECTS)


@pytest.fixture
async def host() -> AsyncIterator[EngineHost]:
    async with engine_host(None, DOCUMENT) as running:
        for name in ("ada", "bob"):
            running.doorkeeper.let(name, DOCUMENT, Right.READ)
        yield running


@pytest.fixture
async def peers() -> AsyncIterator[Peers]:
    async with yjs_peers() as running:
        yield running


@each_dialect
async def test_10_the_server_says_who_is_who_and_a_closed_socket_is_gone(host: EngineHost, dialect: str) -> None:
    ada = host.doorkeeper.person("ada").as_state()
    async with raw_client(host.url, DOCUMENT, "bob", dialect=dialect) as bob:
        await bob.joined()
        async with raw_client(host.url, DOCUMENT, "ada", dialect=dialect) as client:
            await client.joined()
            await client.announce(7, 1, {"pointer": 1, "user": {"name": "The Principal", "role": "admin"}})
            await bob.until(lambda: 7 in bob.presence(), "ada's presence")
            assert bob.presence()[7].state == {"pointer": 1, "user": ada}
            # Bob cannot move or remove her.
            await bob.announce(7, 2, {"pointer": 2})
            await bob.announce(7, 3, None)
            await bob.announce(8, 1, {"marker": 1})
            await client.until(lambda: 8 in client.presence(), "bob's presence")
            assert client.presence()[7].state == {"pointer": 1, "user": ada}
            assert b"lectern_forged_presence_total 2.0" in host.engine.metrics.exposition()
            # Who comes later sees both at once; who asks hears it again.
            async with raw_client(host.url, DOCUMENT, "ada", dialect=dialect) as late:
                await late.until(lambda: set(late.presence()) == {7, 8}, "everyone")
                await late.send(b"\x03")
                await late.until(lambda: len(late.of("presence")) >= 2, "everyone again")
        await bob.until(lambda: bob.presence()[7].state is None, "ada to be gone")


async def test_10_a_new_name_or_role_is_shown_at_once(host: EngineHost) -> None:
    async with raw_client(host.url, DOCUMENT, "ada") as ada, raw_client(host.url, DOCUMENT, "bob") as bob:
        await ada.joined()
        await bob.joined()
        await ada.announce(7, 1, {"pointer": 1})
        await bob.until(lambda: 7 in bob.presence(), "ada's presence")
        before = host.doorkeeper.person("ada")
        renamed = Participant(before.id, "Ada Lovelace", "teacher", before.color)
        host.doorkeeper.rename("ada", renamed)
        await host.engine.access_changed(user_id=before.id)
        await bob.until(lambda: bob.presence()[7].state == {"pointer": 1, "user": renamed.as_state()}, "the new name")


async def test_4_no_presence_of_one_silences_the_others(host: EngineHost) -> None:
    async with raw_client(host.url, DOCUMENT, "ada") as ada, raw_client(host.url, DOCUMENT, "bob") as bob:
        await ada.joined()
        await bob.joined()
        await ada.announce(7, 1, {"half an emoji": "\ud83c"})
        await bob.announce(8, 1, {"n": 1})
        await ada.until(lambda: 8 in ada.presence(), "bob's presence")
        assert 7 in bob.presence()
        async with raw_client(host.url, DOCUMENT, "bob") as late:
            await late.joined()
            assert set(late.presence()) == {7, 8}


@pytest.mark.node
async def test_10_two_tabs_of_one_person_and_a_neighbour_come_to_rest(host: EngineHost, peers: Peers) -> None:
    stock = [
        await (await peers.open(dialect, host.url, DOCUMENT, name)).synced()
        for dialect, name in (
            ("y-websocket", "ada"),
            ("y-websocket", "ada"),
            ("hocuspocus", "ada"),
            ("y-websocket", "bob"),
        )
    ]
    ids = [str(await peer.do("clientId")) for peer in stock]
    async with raw_client(host.url, DOCUMENT, "bob") as listener:
        await listener.joined()
        for move in range(3):
            for peer in stock:
                await peer.do("announce", state={"move": move})

        def everybody(shown: dict[str, dict[str, object]], *, move: int = 2) -> bool:
            return set(ids) == set(shown) and all(shown[i]["move"] == move for i in ids)

        for peer in stock:
            await peer.becomes(everybody, "presence")
        # One comes back on a new socket, with the clock it had.
        await stock[0].do("disconnect")
        await stock[1].becomes(lambda shown: ids[0] not in shown, "presence")
        await stock[0].do("connect")
        for peer in stock[1:]:
            await peer.becomes(everybody, "presence")
        # It keeps the others' clocks, so it shows them again when they next move.
        for peer in stock:
            await peer.do("announce", state={"move": 3})
        for peer in stock:
            await peer.becomes(lambda shown: everybody(shown, move=3), "presence")
        quiet = len(listener.heard)
        for _ in range(20):
            await listener.asked_and_answered()
        # A circle of echoes would have gone on by itself.
        talk = [heard for heard in listener.heard[quiet:] if heard.kind == "presence"]
        assert len(talk) <= 3


@each_dialect
async def test_11_who_announces_too_much_is_shown_less_often_and_the_others_as_ever(
    host: EngineHost, dialect: str
) -> None:
    bound = presence.BURST_BYTES + presence.BYTES_PER_SECOND
    async with (
        raw_client(host.url, DOCUMENT, "ada", dialect=dialect) as loud,
        raw_client(host.url, DOCUMENT, "bob", dialect=dialect) as bob,
    ):
        await loud.joined()
        await bob.joined()
        said = 0
        for clock in range(1, 400):
            await loud.announce(7, clock, {"n": clock, "text": "x" * 30_000})
            said += 30_000
            if clock % 20 == 0:
                # What was said before this was answered has been heard.
                await loud.asked_and_answered()
        seconds = len(bob.of("presence")) * audience.PRESENCE_INTERVAL_SECONDS
        shown = sum(len(str(entry.state)) for entries in bob.of("presence") for entry in entries)
        assert shown < bound + seconds * presence.BYTES_PER_SECOND < said
        await bob.announce(8, 1, {"n": 1})
        await loud.until(lambda: 8 in loud.presence(), "bob, at once")
        # In the end everybody sees where she is.
        await bob.until(lambda: (bob.presence()[7].state or {}).get("n") == 399, "her last state")
        # A state above the bound is none; the one before stays, and it is counted.
        before = forged(host)
        await loud.announce(7, 400, {"n": 400, "text": "x" * (presence.MAX_STATE_BYTES + 1)})
        await loud.asked_and_answered()
        assert forged(host) == before + 1
        assert (bob.presence()[7].state or {}).get("n") == 399


def forged(host: EngineHost) -> float:
    (line,) = [
        line
        for line in host.engine.metrics.exposition().decode().splitlines()
        if line.startswith("lectern_forged_presence_total ")
    ]
    return float(line.split()[1])


@each_dialect
async def test_10_an_announced_id_is_no_bar_to_its_author(host: EngineHost, dialect: str) -> None:
    host.doorkeeper.let("bob", DOCUMENT, Right.WRITE)
    async with (
        raw_client(host.url, DOCUMENT, "ada", dialect=dialect) as squatter,
        raw_client(host.url, DOCUMENT, "bob", dialect=dialect) as bob,
    ):
        await squatter.joined()
        await bob.joined()
        await squatter.announce(9, 50, {"n": "squatted"})
        await bob.until(lambda: 9 in bob.presence(), "the squatter")
        await bob.update(Author(9).set("a", 1))
        await bob.is_saved(1)
        await bob.announce(9, 51, {"n": "mine"})
        await squatter.until(lambda: squatter.presence()[9].clock > 50, "bob")
        assert squatter.presence()[9].state == {"n": "mine", "user": host.doorkeeper.person("bob").as_state()}
        await squatter.announce(9, 99, {"n": "squatted again"})
        await squatter.asked_and_answered()
        assert forged(host) == 1
