"""Rule 4: whatever the bytes, the engine's decoders end with a message or with one of the engine's own errors."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from time import process_time

import pytest

from collab_server.errors import EngineError
from collab_server.protocol import awareness, hocuspocus, y_websocket
from collab_server.protocol.coverage import read_state_vector
from collab_server.protocol.update import walk
from collab_server.protocol.websocket import FrameReader
from tests.extent import extent
from tests.fuzz.appliers import Applier
from tests.fuzz.mutations import mutated
from tests.unit.collab_server.golden import DOCUMENTS, FRAMES, UPDATES

INPUTS = extent(50_000, long=5_000_000)
"""In all: half of them are updates, the others go to the decoders of messages, presence, clocks and frames."""
LONGEST_SECONDS = 2.0
"""No input of a few kilobytes may take the decoder that long, of the processor."""
BATCH = 500
RAW_UPDATES = [golden["update"] for golden in UPDATES] + [document["state"] for document in DOCUMENTS.values()]
SAMPLES = [sample for sample in RAW_UPDATES if len(sample) < 4_000]


def frames(message: bytes, mask: bytes = b"\x00\x00\x00\x00") -> bytes:
    """Frame a message as a client does; with this mask the payload stands as it is."""
    length = len(message)
    head = bytes((0x82, 0x80 | length)) if length < 126 else bytes((0x82, 0x80 | 126)) + length.to_bytes(2)
    return head + mask + message


def read_frames(data: bytes) -> None:
    """Feed a socket's bytes in two pieces."""
    reader = FrameReader(10_000)
    middle = len(data) // 2
    for piece in (data[:middle], data[middle:]):
        list(reader.feed(piece))


DECODERS: dict[str, tuple[Callable[[bytes], object], list[bytes]]] = {
    "y-websocket": (y_websocket.decode, [f for f in FRAMES.values() if f]),
    "hocuspocus": (hocuspocus.decode, [f for f in FRAMES.values() if f]),
    "presence": (awareness.decode, [f[2:] for f in FRAMES.values() if len(f) > 4] + [b"\x01\x05\x01\x04{}  "]),
    "state vectors": (read_state_vector, [b"\x00", b"\x02\x07\x03\x80\x80\x04\x81\x01"]),
    "frames": (
        read_frames,
        [frames(f) for f in FRAMES.values()] + [frames(b"x" * 300) + frames(b"") + b"\x89\x80abcd"],
    ),
}


@pytest.mark.parametrize("name", DECODERS)
def test_4_no_bytes_bring_a_decoder_down(name: str) -> None:
    decode, samples = DECODERS[name]
    for data in islice(mutated(samples, seed=4), INPUTS // 2 // len(DECODERS)):
        started = process_time()
        with suppress(EngineError):
            decode(data)
        assert process_time() - started < LONGEST_SECONDS, data.hex()


def accepted(updates: Iterator[bytes]) -> Iterator[bytes]:
    """Yield what the walker lets through."""
    for update in updates:
        started = process_time()
        well_formed = False
        with suppress(EngineError):
            walk(update)
            well_formed = True
        assert process_time() - started < LONGEST_SECONDS, update.hex()
        if well_formed:
            yield update


def test_4_what_the_walker_accepts_the_crdt_library_survives_and_reads_alike() -> None:
    applied = refused = 0
    with Applier() as applier:
        walked = accepted(islice(mutated(SAMPLES, seed=4), INPUTS // 2))
        while batch := list(islice(walked, BATCH)):
            answer = applier.apply(batch)
            applied += answer.applied
            refused += answer.refused
            assert not answer.misread, [batch[number].hex() for number in answer.misread[:3]]
    print(f"{applied} applied, {refused} refused by the library of {INPUTS // 2} updates")  # noqa: T201
    # What the library refuses is quarantined one by one, each with a reload; it must stay rare.
    assert applied > 10 * refused
