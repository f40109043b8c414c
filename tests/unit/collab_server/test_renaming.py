"""Rule 13: a document under other client ids is the same document."""

from random import Random
from typing import Any

import pycrdt
import pytest

from collab_server.protocol.codec import string, uint
from collab_server.protocol.coverage import Coverage
from collab_server.protocol.renaming import new_names, renamed
from collab_server.protocol.update import walk
from tests.unit.collab_server.golden import DOCUMENTS, UPDATES


def clients_of(update: bytes) -> set[int]:
    summary = walk(update)
    return {client for client, _, _ in (*summary.adds, *summary.deletes)} | set(summary.needs)


@pytest.mark.parametrize("update", [each["update"] for each in UPDATES], ids=[each["name"] for each in UPDATES])
def test_13_renaming_replaces_every_client_id_and_nothing_else(update: bytes) -> None:
    clients = clients_of(update)
    names = new_names(clients, avoid=clients, rng=Random(1))
    there = renamed(update, names)
    summary, before = walk(there), walk(update)
    assert clients_of(there) == set(names.values())
    assert summary.adds == tuple((names[client], first, end) for client, first, end in before.adds)
    assert summary.deletes == tuple((names[client], first, end) for client, first, end in before.deletes)
    assert renamed(there, {new: old for old, new in names.items()}) == update


def test_13_collected_structs_and_gaps_are_renamed_too() -> None:
    update = uint(1) + uint(3) + uint(7) + uint(0) + b"\x00\x02\x0a\x03\x04\x01" + string("r") + string("x") + b"\x00"
    assert renamed(update, {7: 300}) == update[:2] + uint(300) + update[3:]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_13_a_renamed_document_reads_the_same_and_merges_with_nothing_of_the_old(name: str) -> None:
    state = DOCUMENTS[name]["state"]
    names = new_names(clients_of(state), avoid=clients_of(state), rng=Random(2))
    there = renamed(state, names)
    coverage, copy = Coverage(), Coverage()
    coverage.add(walk(state))
    copy.add(walk(there))
    assert copy.clocks == {names[client]: clock for client, clock in coverage.clocks.items()}
    assert not Coverage().misses(walk(there))
    doc: pycrdt.Doc[Any] = pycrdt.Doc()
    doc.apply_update(there)
    assert Coverage.from_snapshot(pycrdt.Snapshot.from_doc(doc).encode()) == copy


def test_13_what_was_written_at_once_keeps_its_order() -> None:
    rng = Random(3)
    docs: list[pycrdt.Doc[Any]] = [pycrdt.Doc(client_id=rng.getrandbits(32)) for _ in range(12)]
    for number, doc in enumerate(docs):
        doc.get("text", type=pycrdt.Text).insert(0, f"<{number}>")
        doc.get("map", type=pycrdt.Map)["key"] = number
    whole: pycrdt.Doc[Any] = pycrdt.Doc()
    for doc in docs:
        whole.apply_update(doc.get_update())
    whole.get("text", type=pycrdt.Text).format(2, 9, {"bold": True})
    state = whole.get_update()
    copy: pycrdt.Doc[Any] = pycrdt.Doc()
    copy.apply_update(renamed(state, new_names(clients_of(state), avoid=(), rng=rng)))
    assert copy.get("text", type=pycrdt.Text).diff() == whole.get("text", type=pycrdt.Text).diff()
    assert copy.get("map", type=pycrdt.Map).to_py() == whole.get("map", type=pycrdt.Map).to_py()


def test_13_new_names_keep_the_order_and_are_new() -> None:
    first = new_names([9, 5, 7], avoid=(), rng=Random(4))
    again = new_names([9, 5, 7], avoid=first.values(), rng=Random(4))
    assert sorted(first) == [5, 7, 9] and sorted(first.values()) == [first[5], first[7], first[9]]
    assert set(first.values()).isdisjoint(again.values())
