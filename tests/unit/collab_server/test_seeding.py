"""A document that comes from elsewhere: whole, and under client ids that are nobody's (rules 4, 5, 6 and 13)."""

from random import Random
from typing import Any

import pycrdt
import pytest

from collab_server.protocol.codec import string, uint
from collab_server.protocol.update import walk
from collab_server.seeding import NoDocument, seeded
from documents.kinds import Kind
from documents.reading import read_roots
from tests.unit.collab_server.golden import DOCUMENTS


def nothing(_doc: pycrdt.Doc[Any]) -> None:
    """Change nothing."""


def clients_of(update: bytes) -> set[int]:
    return {client for client, _, _ in walk(update).adds}


def board(*, client: int = 7) -> pycrdt.Doc[Any]:
    doc: pycrdt.Doc[Any] = pycrdt.Doc(client_id=client)
    elements = doc.get("elements", type=pycrdt.Map)
    elements["a"] = {"type": "text", "text": "💧 falls"}
    elements["b"] = {"type": "rectangle"}
    del elements["b"]
    return doc


def test_13_it_reads_the_same_under_other_client_ids_and_can_be_changed() -> None:
    update = board().get_update()

    def change(doc: pycrdt.Doc[Any]) -> None:
        doc.get("meta", type=pycrdt.Map)["from"] = "elsewhere"

    there = seeded(Kind.WHITEBOARD, update, change)
    assert there is not None
    assert read_roots(Kind.WHITEBOARD, [there]) == {
        "elements": {"a": {"type": "text", "text": "💧 falls"}},
        "files": {},
        "meta": {"from": "elsewhere"},
    }
    assert len(clients_of(there)) == 2
    assert 7 not in clients_of(there)
    assert all(client < 2**32 for client in clients_of(there))


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if name != "empty"])
def test_13_whatever_yjs_writes_is_a_document(name: str) -> None:
    state = DOCUMENTS[name]["state"]
    there = seeded(Kind.PAGE, state, nothing)
    assert there is not None
    assert not clients_of(there) & clients_of(state)


def test_13_what_says_nothing_is_no_content() -> None:
    assert seeded(Kind.WHITEBOARD, b"\x00\x00", nothing) is None


def test_6_a_part_of_a_document_is_refused() -> None:
    doc = board()
    before = doc.get_state()
    doc.get("elements", type=pycrdt.Map)["c"] = {"type": "line"}
    beginning, later = board(client=8).get_update(), doc.get_update(before)
    with pytest.raises(NoDocument, match="only a part"):
        seeded(Kind.WHITEBOARD, later, nothing)
    gap = uint(1) + uint(2) + uint(7) + uint(0) + b"\x0a\x03\x04\x01" + string("r") + string("x") + b"\x00"
    needs = uint(1) + uint(1) + uint(7) + uint(0) + b"\x84" + uint(9) + uint(0) + string("x") + b"\x00"
    deletes = beginning[:-1] + uint(1) + uint(9) + uint(1) + uint(0) + uint(1)
    for update in (gap, needs, deletes if beginning.endswith(b"\x00") else gap):
        with pytest.raises(NoDocument, match="only a part"):
            seeded(Kind.WHITEBOARD, update, nothing)


def test_4_what_no_reader_could_read_is_refused() -> None:
    nested = b"\x75\x01" * 100_000 + b"\x7e"
    bomb = uint(1) + uint(1) + uint(7) + uint(0) + b"\x08\x01" + string("r") + uint(1) + nested + b"\x00"
    for update in (b"", b"\x01", bomb, board().get_update() + b"\x00"):
        with pytest.raises(NoDocument, match="cannot be read"):
            seeded(Kind.WHITEBOARD, update, nothing)


def test_4_who_is_named_and_adds_nothing_is_refused() -> None:
    with pytest.raises(NoDocument, match="adds nothing"):
        seeded(Kind.WHITEBOARD, uint(1) + uint(0) + uint(7) + uint(0) + b"\x00", nothing)


def test_4_what_the_library_refuses_is_refused() -> None:
    """A word in a text, and another one that claims to be the child of a word."""
    word = uint(1) + uint(2) + uint(7) + uint(0) + b"\x04\x01" + string("r") + string("x")
    child = word + b"\x04\x00" + uint(7) + uint(0) + string("y") + b"\x00"
    with pytest.raises(NoDocument, match="cannot be applied"):
        seeded(Kind.WHITEBOARD, child, nothing)


def test_6_two_who_wait_for_each_other_are_refused() -> None:
    def item(client: int, beside: int) -> bytes:
        return uint(1) + uint(client) + uint(0) + b"\x84" + uint(beside) + uint(0) + string("x")

    with pytest.raises(NoDocument, match="does not add up"):
        seeded(Kind.WHITEBOARD, uint(2) + item(7, 9) + item(9, 7) + b"\x00", nothing)


def test_4_a_changed_update_is_a_document_or_refused() -> None:
    """Seeded: never a crash, and never another error."""
    update = board().get_update()
    rng = Random(11)
    taken = 0
    for _ in range(3000):
        bad = bytearray(update)
        for _ in range(rng.randrange(1, 4)):
            bad[rng.randrange(len(bad))] = rng.randrange(256)
        try:
            there = seeded(Kind.WHITEBOARD, bytes(bad), nothing)
        except NoDocument:
            continue
        taken += 1
        assert there is None or read_roots(Kind.WHITEBOARD, [there]).keys() == {"elements", "files", "meta"}
    assert 0 < taken < 3000
