"""Characters of two clocks that somebody edits between their halves: the CRDT library is given what Yjs makes of them."""

import random
import struct
from typing import Any

import pycrdt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collab_server.protocol.characters import (
    NO_HALVES,
    Halves,
    as_yjs_reads,
    may_hold_pairs,
    second_halves,
    with_halves,
)
from collab_server.protocol.codec import string, uint
from collab_server.protocol.coverage import read_state_vector
from collab_server.protocol.update import walk
from tests.unit.collab_server.test_update import EVERY_RUN


def items(client: int, clock: int, *structs: bytes) -> bytes:
    return uint(1) + uint(len(structs)) + uint(client) + uint(clock) + b"".join(structs) + b"\x00"


def first(text: str, *, client: int = 1) -> bytes:
    return items(client, 0, b"\x04\x01" + string("t") + string(text))


def behind(clock: int, text: str, *, client: int = 7, right: bool = True) -> bytes:
    if right:
        return items(client, 0, b"\xc4" + uint(1) + uint(clock) + uint(1) + uint(clock + 1) + string(text))
    return items(client, 0, b"\x84" + uint(1) + uint(clock) + string(text))


def before(clock: int, text: str) -> bytes:
    return items(7, 0, b"\x44" + uint(1) + uint(clock) + string(text))


def deletes(clock: int, count: int) -> bytes:
    return b"\x00" + uint(1) + uint(1) + uint(1) + uint(clock) + uint(count)


# What Yjs 13.6 shows after each.
CUTS: dict[str, tuple[list[bytes], str]] = {
    "an insertion between": ([first("🎓"), behind(0, "Q")], "\ufffdQ\ufffd"),
    "an insertion at the end of a half": ([first("a🎓b"), behind(1, "Q", right=False)], "a\ufffd\ufffdbQ"),
    "an insertion before a half": ([first("a🎓b"), before(2, "Q")], "a\ufffdQ\ufffdb"),
    "the first half deleted": ([first("🎓🎓"), deletes(0, 1)], "\ufffd🎓"),
    "the second half deleted": ([first("🎓🎓"), deletes(3, 1)], "🎓\ufffd"),
    "two halves of two": ([first("🎓🎓"), deletes(1, 2)], "\ufffd\ufffd"),
    "beside a value": ([first("🎓"), items(1, 2, b"\x28\x01\x01m\x01k\x01\x77\x02hi"), deletes(0, 1)], "\ufffd"),
    "in one update with a value": (
        [items(1, 0, b"\x28\x01\x01m\x01k\x01\x77\x02hi", b"\x04\x01\x01t" + string("🎓")), deletes(1, 1)],
        "\ufffd",
    ),
    "what was cut is cut again": ([first("🎓"), behind(0, "Q"), deletes(1, 1)], "\ufffdQ"),
    "one of its own": ([first("é🎓"), behind(0, "🎓", right=False), items(8, 0, b"\x84\x07\x00" + string("!"))], "é🎓\ufffd\ufffd!"),
}  # fmt: skip
WHOLE: dict[str, tuple[list[bytes], str]] = {
    "typing behind": ([first("a🎓"), behind(2, "b", right=False)], "a🎓b"),
    "typing before": ([first("a🎓"), before(1, "b")], "ab🎓"),
    "a whole one deleted": ([first("a🎓b"), deletes(1, 2)], "ab"),
    "two clocks of other characters": ([first("ab"), behind(0, "Q")], "aQb"),
    "nobody's clock": ([first("🎓"), first("x", client=2)], "🎓x"),
}


def read(updates: list[bytes]) -> tuple[str, dict[int, int]]:
    doc: pycrdt.Doc[Any] = pycrdt.Doc()
    for update in updates:
        doc.apply_update(update)
    return str(doc.get("t", type=pycrdt.Text)), read_state_vector(doc.get_state())


@pytest.mark.parametrize("name", [*CUTS, *WHOLE])
def test_4_a_cut_character_is_what_yjs_makes_of_it(name: str) -> None:
    updates, text = (CUTS | WHOLE)[name]
    clocks: dict[int, int] = {}
    for update in updates:
        clocks |= {client: max(end, clocks.get(client, 0)) for client, _, end in walk(update).adds}
    readable = list(as_yjs_reads(updates))
    assert (readable == updates) == (name in WHOLE)
    assert [walk(update).adds for update in readable] == [walk(update).adds for update in updates]
    assert read(readable) == (text, clocks)
    # Written anew it is the same: without the replacement, this is where the library lost clocks.
    doc: pycrdt.Doc[Any] = pycrdt.Doc()
    for update in readable:
        doc.apply_update(update)
    walk(doc.get_update())
    assert read([doc.get_update()]) == (text, clocks)


@pytest.mark.parametrize("name", [*CUTS, *WHOLE])
def test_4_a_document_knows_what_cuts_its_characters(name: str) -> None:
    updates, text = (CUTS | WHOLE)[name]
    doc: pycrdt.Doc[Any] = pycrdt.Doc()
    halves = Halves()
    found = False
    for update in updates:
        cuts = halves.cut_by(update)
        found = found or bool(cuts)
        rebuilt: pycrdt.Doc[Any] = pycrdt.Doc()
        rebuilt.apply_update(with_halves(doc.get_update(), cuts))
        rebuilt.apply_update(with_halves(update, cuts))
        doc = rebuilt
    assert str(doc.get("t", type=pycrdt.Text)) == text
    assert found == (name in CUTS)
    if name in CUTS:
        # Known from a state as well, and cut only once.
        again = Halves.of(first("🎓"))
        assert again.cut_by(deletes(0, 1)) == {1: {1}}
        assert again.cut_by(deletes(0, 1)) == {}


@given(st.dictionaries(st.integers(0, 2**53 - 1), st.sets(st.integers(0, 2**31 - 3)), max_size=5))
def test_4_what_is_known_of_a_documents_characters_can_be_kept(halves: dict[int, set[int]]) -> None:
    kept = Halves(halves).encode()
    assert Halves.decode(kept).encode() == kept
    if not any(halves.values()):
        assert kept == NO_HALVES
    for client, clocks in halves.items():
        for clock in sorted(clocks)[:3]:
            cut = b"\x00" + uint(1) + uint(client) + uint(1) + uint(clock) + uint(1)
            assert Halves.decode(kept).cut_by(cut)[client] >= {clock}


def test_4_what_cannot_be_read_stays_as_it_is() -> None:
    whole = first("🎓")
    for end in range(len(whole)):
        assert as_yjs_reads([whole[:end], deletes(0, 1)]) == [whole[:end], deletes(0, 1)]
    unreadable = b"\x05" + first("🎓")
    assert with_halves(unreadable, {1: {1}}) == unreadable
    assert with_halves(b"\x00\x00", {1: {1}}) == b"\x00\x00"


@EVERY_RUN
@given(st.text(max_size=40), st.integers(0, 2**31), st.integers(0, 300), st.text(max_size=300), st.integers(0, 3))
def test_4_no_character_is_overlooked(text: str, client: int, padding: int, name: str, place: int) -> None:
    doc: pycrdt.Doc[Any] = pycrdt.Doc(client_id=client)
    words = "x" * padding + text.replace("\x00", "") + "🎓"
    whole = doc.get(name or "t", type=pycrdt.Text)
    if place == 0:
        whole.insert(0, words)
    elif place == 1:
        doc.get("m", type=pycrdt.Map)[name] = pycrdt.Text(words)
    else:
        # Behind something, or between two things, that another update brought.
        whole.insert(0, "ab")
        before = doc.get_state()
        whole.insert(2 if place == 2 else 1, words)
        assert may_hold_pairs(doc.get_update(before))
    assert may_hold_pairs(doc.get_update())


def test_4_numbers_are_seldom_taken_for_text() -> None:
    chosen = random.Random(1)
    data = b"".join(b"\x7b" + struct.pack(">d", chosen.random()) for _ in range(20_000))
    assert not may_hold_pairs(data)


def test_4_second_halves_stand_behind_the_first() -> None:
    assert second_halves("plain", 3) == []
    assert second_halves("aé🎓b🎓", 10) == [13, 16]


@pytest.mark.parametrize(
    "head",
    [
        b"\x04\x01" + string("t"),
        b"\x24\x01" + string("m") + string("k"),
        b"\x04\x00" + uint(2**31) + uint(300),
        b"\x24\x00" + uint(1) + uint(0) + string("a key of some length, longer than what is looked at"),
        b"\x84" + uint(2**32) + uint(5),
        b"\x44" + uint(2**32) + uint(2**30),
        b"\xc4" + uint(2**32) + uint(2**30) + uint(7) + uint(0),
    ],
)
@pytest.mark.parametrize("text", ["🎓", "x🎓", "é" * 80 + "🎓", "🎓" + "x" * 500])
def test_4_a_character_is_found_behind_every_head(head: bytes, text: str) -> None:
    assert may_hold_pairs(items(3, 0, head + string(text)))
    # A plain value is none: nobody edits within it.
    assert not may_hold_pairs(items(3, 0, b"\x28\x01\x01m\x01k\x01\x77" + string("🎓")))
