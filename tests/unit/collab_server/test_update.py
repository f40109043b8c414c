"""The update walker: it must see what Yjs, pycrdt and y-py see, and survive everything else."""

import random
import struct
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pycrdt
import pytest
import y_py
from hypothesis import given, settings
from hypothesis import strategies as st

from collab_server.content import Content, Unappliable
from collab_server.errors import Malformed
from collab_server.protocol.codec import byte_array, string, uint
from collab_server.protocol.coverage import Coverage
from collab_server.protocol.update import MAX_CLOCK, MAX_DEPTH, Summary, walk
from persistence.update_log import Stored
from tests.unit.collab_server.golden import DOCUMENTS, UPDATES

CLIENT = 7
ROOT = b"\x01" + string("r")
EVERY_RUN = settings(derandomize=True, deadline=None, max_examples=500)


def update(*structs: bytes, client: int = CLIENT, clock: int = 0, deletes: bytes = b"\x00") -> bytes:
    return uint(1) + uint(len(structs)) + uint(client) + uint(clock) + b"".join(structs) + deletes


def item(kind: int, content: bytes) -> bytes:
    return bytes((kind,)) + ROOT + content


def merged(runs: Any) -> list[tuple[int, int, int]]:
    """Join runs that touch, so that only what they cover is compared."""
    joined: list[tuple[int, int, int]] = []
    for client, first, end in sorted(map(tuple, runs)):
        if joined and joined[-1][0] == client and first <= joined[-1][2]:
            joined[-1] = (client, joined[-1][1], max(end, joined[-1][2]))
        else:
            joined.append((client, first, end))
    return joined


@pytest.mark.parametrize("golden", UPDATES, ids=lambda golden: golden["name"])
def test_4_an_update_of_yjs_is_read_as_yjs_reads_it(golden: dict[str, Any]) -> None:
    summary = walk(golden["update"])
    assert merged(summary.adds) == merged(golden["adds"])
    assert merged(summary.deletes) == merged(golden["deletes"])
    assert summary.has_gap == golden["has_gap"]
    assert Coverage().misses(summary) == (not golden["applies_alone"])


@pytest.mark.parametrize("name", DOCUMENTS)
def test_4_what_was_walked_covers_what_the_libraries_hold(name: str) -> None:
    document = DOCUMENTS[name]
    walked = Coverage()
    walked.add(walk(document["state"]))
    assert walked == Coverage.from_snapshot(document["snapshot"])
    doc: pycrdt.Doc[Any] = pycrdt.Doc()
    doc.apply_update(document["state"])
    assert walked == Coverage.from_snapshot(pycrdt.Snapshot.from_doc(doc).encode())
    assert walked.clocks == Coverage.from_snapshot(b"\x00" + doc.get_state()).clocks
    if name in ("map", "subdocument"):
        return  # y-py knows neither client ids above 32 bits nor documents in documents
    older = y_py.YDoc()
    y_py.apply_update(older, document["state"])
    assert walked.clocks == Coverage.from_snapshot(b"\x00" + y_py.encode_state_vector(older)).clocks


def written_by_pycrdt() -> list[bytes]:
    doc: pycrdt.Doc[Any] = pycrdt.Doc(client_id=2**33)
    updates: list[bytes] = []
    subscription = doc.observe(lambda event: updates.append(event.update))
    text = doc.get("text", type=pycrdt.Text)
    array = doc.get("array", type=pycrdt.Array)
    mapping = doc.get("map", type=pycrdt.Map)
    xml = doc.get("xml", type=pycrdt.XmlFragment)
    text += "words, Zoë 🎓"
    text.format(0, 3, {"bold": True})
    text.insert_embed(1, {"image": "a.png"})
    del text[2:4]
    array.extend([1, -(2**40), 1.5, "x", None, True, b"\x01\x02", {"a": [1, {"b": None}]}])
    array.append(pycrdt.Map({"inner": pycrdt.Array([pycrdt.Text("deep")])}))
    mapping["k"] = 1
    mapping["k"] = 2
    del mapping["k"]
    paragraph = xml.children.append(pycrdt.XmlElement("p", {"class": "lead"}))
    paragraph.children.append(pycrdt.XmlText("words"))
    del array[0:2]
    mapping["doc"] = pycrdt.Doc()
    doc.unobserve(subscription)
    return [*updates, doc.get_update()]


def written_by_y_py() -> list[bytes]:
    doc = y_py.YDoc(11)
    updates: list[bytes] = []
    doc.observe_after_transaction(lambda event: updates.append(event.get_update()))
    text, array, mapping = doc.get_text("text"), doc.get_array("array"), doc.get_map("map")
    for work in (
        lambda t: text.extend(t, "words, Zoë 🎓"),
        lambda t: text.format(t, 0, 3, {"bold": True}),
        lambda t: text.delete_range(t, 1, 2),
        lambda t: array.extend(t, [1, -5, 2.5, "x", None, {"a": [1]}]),
        lambda t: array.append(t, y_py.YMap({"b": 1})),  # type: ignore[call-arg]  # its stubs lack it
        lambda t: array.delete_range(t, 1, 2),
        lambda t: mapping.set(t, "k", y_py.YText("inner")),
        lambda t: mapping.set(t, "k", 3),
    ):
        doc.transact(work)
    return [*updates, y_py.encode_state_as_update(doc)]


@pytest.mark.parametrize("write", [written_by_pycrdt, written_by_y_py])
def test_4_updates_of_the_rust_libraries_are_read_as_they_read_them(write: Callable[[], list[bytes]]) -> None:
    *steps, whole = write()
    assert len(steps) > 7
    coverage = Coverage()
    doc: pycrdt.Doc[Any] = pycrdt.Doc()
    for step in steps:
        summary = walk(step)
        assert not coverage.misses(summary)
        coverage.add(summary)
        doc.apply_update(step)
        assert coverage == Coverage.from_snapshot(pycrdt.Snapshot.from_doc(doc).encode())
        assert coverage.holds(summary)
    assert coverage.holds(walk(whole))


def test_4_json_of_old_clients_is_read() -> None:
    content = uint(3) + string("undefined") + string('{"a":[1,"x"]}') + string("null")
    assert walk(update(item(2, content))).adds == ((CLIENT, 0, 3),)


def test_4_a_collected_or_deleted_struct_counts_as_deleted() -> None:
    summary = walk(update(b"\x00\x05", item(1, uint(3))))
    assert summary.adds == ((CLIENT, 0, 8),)
    assert summary.deletes == ((CLIENT, 0, 5), (CLIENT, 5, 8))


def test_6_what_an_update_builds_upon_is_its_need() -> None:
    origins = b"\xc4" + uint(3) + uint(9) + uint(4) + uint(1) + string("x")
    parent = b"\x04\x00" + uint(3) + uint(11) + string("y")
    assert walk(update(origins, parent)).needs == {3: 12, 4: 2}


def test_6_the_order_of_blocks_is_what_one_needs_of_another_in_the_same_update() -> None:
    def block(client: int, *structs: bytes) -> bytes:
        return uint(len(structs)) + uint(client) + uint(0) + b"".join(structs)

    def behind(client: int, clock: int) -> bytes:
        return b"\x84" + uint(client) + uint(clock) + string("x")

    first = block(1, behind(2, 1), behind(1, 0), behind(2, 0), behind(9, 4), behind(2, 3))
    second = block(2, item(4, string("abcd")), behind(1, 0), behind(9, 2))
    summary = walk(uint(2) + first + second + b"\x00")
    assert summary.order == ((1, 0, 2, 2), (1, 4, 2, 4), (2, 4, 1, 1))
    assert summary.needs == {1: 1, 2: 4, 9: 5}


def forged(rng: random.Random, clocks: dict[int, int]) -> bytes:
    """Write an update of several clients whose items refer to each other at random."""
    clients = rng.sample((1, 2, 3, 4), rng.randint(1, 4))
    counts = {client: rng.randint(1, 3) for client in clients}

    def reference() -> bytes:
        client = rng.choice(clients)
        return uint(client) + uint(rng.randint(0, clocks.get(client, 0) + counts[client]))

    def random_struct() -> bytes:
        kind = rng.choice(("root", "root", "collected", "left", "left", "right", "both", "parent"))
        head = {
            "root": lambda: b"\x04" + ROOT,
            "left": lambda: b"\x84" + reference(),
            "right": lambda: b"\x44" + reference(),
            "both": lambda: b"\xc4" + reference() + reference(),
            "parent": lambda: b"\x04\x00" + reference(),
        }
        return b"\x00\x02" if kind == "collected" else head[kind]() + string("x" * rng.randint(1, 2))

    blocks = [
        uint(counts[client])
        + uint(client)
        + uint(clocks.get(client, 0))
        + b"".join(random_struct() for _ in range(counts[client]))
        for client in clients
    ]
    return uint(len(blocks)) + b"".join(blocks) + b"\x00"


def test_6_what_is_taken_is_applied_whole_by_the_library() -> None:
    rng = random.Random(6)
    seen = {True: 0, False: 0}
    entangled = 0
    for _ in range(700):
        updates: list[bytes] = []
        coverage = Coverage()
        for _ in range(3):
            update = forged(rng, coverage.clocks)
            try:
                summary = walk(update)
                content = Content(Stored(0, None, 0, list(enumerate([*updates, update]))))
            except (Malformed, Unappliable):
                # Items below something that can have no children: only the document knows.
                continue
            after = Coverage()
            after.clocks = dict(coverage.clocks)
            after.add(summary)
            whole = content.coverage().clocks == after.clocks
            entangled += not coverage.misses(summary) and coverage.entangles(summary)
            assert whole != (coverage.misses(summary) or coverage.entangles(summary))
            seen[whole] += 1
            if whole:
                updates.append(update)
                coverage = after
    assert min(seen.values()) > 100
    assert entangled > 50


def test_6_a_skip_is_a_gap() -> None:
    skipping = update(item(4, string("a")), b"\x0a\x05", item(4, string("b")), b"\x0a\x01")
    assert walk(skipping) == Summary(((CLIENT, 0, 1), (CLIENT, 6, 7)), (), {}, has_gap=True)
    assert walk(update(b"\x0a\x05")).adds == ()


def test_an_empty_block_adds_nothing_and_an_empty_run_deletes_nothing() -> None:
    assert walk(
        uint(1) + uint(0) + uint(CLIENT) + uint(0) + uint(1) + uint(1) + uint(1) + uint(4) + uint(0)
    ) == Summary((), (), {}, has_gap=False)


def nested(kind: int, depth: int) -> bytes:
    opening = bytes((kind, 1)) + (string("k") if kind == 118 else b"")
    return opening * depth + b"\x7e"


def any_value(data: bytes) -> bytes:
    return update(item(8, uint(1) + data))


def test_4_values_may_nest_up_to_the_bound() -> None:
    for kind in (117, 118):
        walk(any_value(nested(kind, MAX_DEPTH)))
        with pytest.raises(Malformed):
            walk(any_value(nested(kind, MAX_DEPTH + 1)))
    walk(update(item(5, string("[" * MAX_DEPTH + "]" * MAX_DEPTH))))
    for depth in (MAX_DEPTH + 1, 100_000):
        with pytest.raises(Malformed):
            walk(update(item(5, string("[" * depth + "]" * depth))))


def test_4_every_plain_value_is_read() -> None:
    for value in (
        b"\x7f", b"\x7e", b"\x79", b"\x78", b"\x77" + string("Zoë"), b"\x7d\x05", b"\x7d\x45", b"\x7d\xbf\xff\xff\xff\xff\xff\xff\x1f",
        b"\x7c" + bytes(4), b"\x7b" + bytes(8), b"\x7a" + bytes(8), b"\x74" + byte_array(b"abc"),
        b"\x75\x02\x7f\x7e", b"\x76\x01" + string("k") + b"\x78",
    ):  # fmt: skip
        walk(any_value(value))


@pytest.mark.parametrize(
    "malformed",
    {
        "nothing": b"",
        "trailing bytes": update() + b"\x00",
        "a block of the same client twice": uint(2) + (uint(1) + uint(7) + uint(0) + item(4, string("a"))) * 2 + b"\x00",
        "an unknown content": update(item(11, b"")),
        "an unknown parent": update(b"\x04\x02" + string("a")),
        "an unknown shared type": update(item(7, b"\x07")),
        "an xml hook": update(item(7, b"\x05" + string("hook"))),
        "a value below the known ones": any_value(b"\x73"),
        "a value above the known ones": any_value(b"\x80"),
        "an empty string": update(item(4, string(""))),
        "an empty collection": update(b"\x00\x00"),
        "an empty skip": update(b"\x0a\x00"),
        "no values": update(item(8, uint(0))),
        "no json": update(item(2, uint(0))),
        "no deleted length": update(item(1, uint(0))),
        "a clock too large": update(b"\x00" + uint(MAX_CLOCK), clock=1),
        "a deleted clock too large": update(deletes=uint(1) + uint(7) + uint(1) + uint(MAX_CLOCK) + uint(1)),
        "an origin too large": update(b"\x84" + uint(3) + uint(MAX_CLOCK) + string("x")),
        "an item beside itself": update(b"\x84" + uint(CLIENT) + uint(0) + string("x")),
        "a child of what comes later": update(b"\x04\x00" + uint(CLIENT) + uint(1) + string("x")),
        "an integer no browser reads": any_value(b"\x7d" + b"\x80" * 7 + b"\x20"),
        "an overlong integer": any_value(b"\x7d\x80\x00"),
        "an endless integer": any_value(b"\x7d" + b"\x81" * 40),
        "too few bytes": any_value(b"\x7b" + bytes(7)),
        **{
            f"json {text[:12]}": update(item(5, string(text)))
            for text in ("", "undefined", "NaN", "-Infinity", "1e999", "9" * 400, '"\\ud800"', '{"\\ud800":1}', "[1", "{'a':1}")
        },
    }.items(),
    ids=lambda pair: pair[0],
)  # fmt: skip
def test_4_what_some_reader_could_not_read_is_malformed(malformed: tuple[str, bytes]) -> None:
    with pytest.raises(Malformed):
        walk(malformed[1])


@EVERY_RUN
@given(st.binary(max_size=200))
def test_4_the_walker_raises_nothing_but_malformed_on_any_bytes(data: bytes) -> None:
    with suppress(Malformed):
        walk(data)


APPLY_EACH = """
import struct, sys
import pycrdt
data, position = sys.stdin.buffer.read(), 0
while position < len(data):
    (length,) = struct.unpack_from(">I", data, position)
    update = data[position + 4 : position + 4 + length]
    position += 4 + length
    doc = pycrdt.Doc()
    try:
        doc.apply_update(update)
        pycrdt.Snapshot.from_doc(doc).encode()
        doc.get_update()
    except RuntimeError as error:
        assert "parent" in str(error), update.hex()
        print("misplaced")
    else:
        print("applied")
"""


def mutated(rng: random.Random, seeds: list[bytes]) -> bytes:
    data = bytearray(rng.choice(seeds))
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(data) + 1)
        match rng.randrange(4):
            case 0 if at < len(data):
                data[at] = rng.choice((0, 1, 10, 127, 128, 255, rng.randrange(256), data[at] ^ 1 << rng.randrange(8)))
            case 1:
                del data[at : at + rng.randint(1, 3)]
            case 2:
                data[at:at] = rng.randbytes(rng.randint(1, 3))
            case _:
                other = rng.choice(seeds)
                start = rng.randrange(len(other))
                data[at:at] = other[start : start + rng.randint(1, 20)]
    return bytes(data)


def test_4_mutated_updates_never_crash_the_walker_nor_accepted_ones_the_crdt_library() -> None:
    rng = random.Random(20260)
    seeds = [golden["update"] for golden in UPDATES] + written_by_pycrdt()
    accepted = []
    for _ in range(60_000):
        data = mutated(rng, seeds)
        try:
            walk(data)
        except Malformed:
            continue
        accepted.append(data)
    # A crash would take this process with it, so another one applies them.
    child = subprocess.run(
        [sys.executable, "-c", APPLY_EACH],
        input=b"".join(struct.pack(">I", len(data)) + data for data in accepted),
        capture_output=True,
        check=False,
    )
    assert child.returncode == 0, child.stderr.decode()
    outcomes = child.stdout.decode().split()
    assert len(outcomes) == len(accepted) > 1_000
    # The one thing that only the document itself can tell: whether an item's parent is a shared type.
    assert outcomes.count("misplaced") < len(accepted) / 100
