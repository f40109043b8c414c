"""Frames of an open WebSocket (RFC 6455): what comes in is cut exactly, what is malformed is refused, whatever the pieces."""

import random
import zlib

import pytest
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame, Opcode

from collab_server.errors import EngineError, Malformed, TooBig, TooMany
from collab_server.protocol import websocket
from collab_server.protocol.websocket import Close, FrameReader, Ping

LENGTHS = (0, 1, 20, 125, 126, 127, 65_535, 65_536, 200_000)


def frame(opcode: Opcode, data: bytes = b"", *, final: bool = True) -> bytes:
    return Frame(opcode, data, fin=final).serialize(mask=True)


def marked(frame: bytes, bits: int = 0x40) -> bytes:
    """Set reserved bits; the first of them says that a message is deflated."""
    return bytes((frame[0] | bits,)) + frame[1:]


def deflated(*parts: bytes) -> bytes:
    """Frame one message, deflated as browsers do it, in as many frames."""
    deflater = zlib.compressobj(6, zlib.DEFLATED, -15)
    bodies = [deflater.compress(part) + deflater.flush(zlib.Z_SYNC_FLUSH) for part in parts]
    bodies[-1] = bodies[-1][:-4]
    last = len(bodies) - 1
    frames = [frame(Opcode.CONT if n else Opcode.BINARY, body, final=n == last) for n, body in enumerate(bodies)]
    return b"".join([marked(frames[0]), *frames[1:]])


def read(*pieces: bytes, max_bytes: int = 1_000_000) -> list[bytes | Ping | Close]:
    reader = FrameReader(max_bytes)
    return [event for piece in pieces for event in reader.feed(piece)]


def read_inflated(*pieces: bytes, max_bytes: int = 1_000_000) -> tuple[list[bytes | Ping | Close], list[int]]:
    """Read where deflated messages were agreed to; returns by how much each was longer, too."""
    longer_by: list[int] = []
    reader = FrameReader(max_bytes, on_inflated=longer_by.append)
    return [event for piece in pieces for event in reader.feed(piece)], longer_by


@pytest.mark.parametrize("size", [1, 7, 1_000, 65_536, 10_000_000])
def test_messages_are_cut_whatever_pieces_the_network_makes(size: int) -> None:
    rng = random.Random(1)
    messages = [rng.randbytes(length) for length in (*LENGTHS, *reversed(LENGTHS))]
    stream = b"".join(frame(Opcode.BINARY, message) for message in messages)
    assert read(*(stream[start : start + size] for start in range(0, len(stream), size))) == messages


def test_a_message_in_fragments_is_one_message_with_pings_between() -> None:
    stream = (
        frame(Opcode.BINARY, b"ab", final=False)
        + frame(Opcode.PING, b"hello")
        + frame(Opcode.CONT, b"cd", final=False)
        + frame(Opcode.CONT, b"ef")
        + frame(Opcode.PONG, b"ignored")
        + frame(Opcode.BINARY, b"next")
    )
    assert read(stream) == [Ping(b"hello"), b"abcdef", b"next"]


@pytest.mark.parametrize(
    ("payload", "code"), [(b"", 1005), (b"\x03\xe8", 1000), (b"\x11\x30bye", 4400)], ids=["none", "1000", "4400"]
)
def test_a_close_frame_tells_its_code(payload: bytes, code: int) -> None:
    assert read(frame(Opcode.CLOSE, payload)) == [Close(code)]


MALFORMED = {
    "frame_not_masked": Frame(Opcode.BINARY, b"x").serialize(mask=False),
    "reserved_bits_set": b"\xc2\x80\x00\x00\x00\x00",
    "control_frame_malformed": b"\x09\x81\x00\x00\x00\x00x",
    "control_frame_malformed (long)": b"\x89\xfe\x00\x7e\x00\x00\x00\x00",
    "text_message": frame(Opcode.TEXT, b"x"),
    "unknown_opcode": b"\x83\x80\x00\x00\x00\x00",
    "fragments_out_of_order (continuation first)": frame(Opcode.CONT, b"x"),
    "fragments_out_of_order (two beginnings)": frame(Opcode.BINARY, b"x", final=False) * 2,
    "fragments_out_of_order (whole inside)": frame(Opcode.BINARY, b"x", final=False) + frame(Opcode.BINARY, b"y"),
    "too_many_fragments": frame(Opcode.BINARY, final=False) + frame(Opcode.CONT, final=False) * 1_024,
    "close_frame_malformed": frame(Opcode.CLOSE, b"x"),
}


@pytest.mark.parametrize("reason", MALFORMED)
def test_4_malformed_frames_are_refused(reason: str) -> None:
    with pytest.raises(Malformed) as refused:
        read(MALFORMED[reason])
    assert refused.value.reason == reason.partition(" ")[0]


def test_11_a_message_above_its_bound_is_refused_before_it_has_arrived() -> None:
    with pytest.raises(TooBig):
        read(frame(Opcode.BINARY, b"x" * 1_001)[:20], max_bytes=1_000)
    with pytest.raises(TooBig):
        read(frame(Opcode.BINARY, b"x" * 600, final=False), frame(Opcode.CONT, b"x" * 600), max_bytes=1_000)
    with pytest.raises(TooBig):
        read(b"\x82\xff" + (2**63).to_bytes(8) + b"\x00\x00\x00\x00")


def test_deflated_messages_are_read_among_others_each_for_itself() -> None:
    text = b"all the same, " * 500
    stream = deflated(text) + frame(Opcode.BINARY, b"plain") + deflated(text[:3_000], text[3_000:]) + deflated(b"")
    events, longer_by = read_inflated(*(stream[start : start + 7] for start in range(0, len(stream), 7)))
    assert events == [text, b"plain", text, b""]
    assert longer_by[0] > 6_500


def test_fragments_of_a_plain_message_after_a_deflated_one_are_plain() -> None:
    plain = frame(Opcode.BINARY, b"ab", final=False) + frame(Opcode.CONT, b"cd")
    assert read_inflated(deflated(b"first ", b"message") + plain)[0] == [b"first message", b"abcd"]


NOT_DEFLATED = {
    "reserved_bits_set (in a fragment)": frame(Opcode.BINARY, b"x", final=False) + marked(frame(Opcode.CONT, b"x")),
    "reserved_bits_set (in a ping)": marked(frame(Opcode.PING, b"x")),
    "reserved_bits_set (another one)": marked(frame(Opcode.BINARY, b"x"), 0x60),
    "deflated_malformed": marked(frame(Opcode.BINARY, b"\xff\xff\xff")),
    "text_message": marked(frame(Opcode.TEXT, b"x")),
}


@pytest.mark.parametrize("reason", NOT_DEFLATED)
def test_4_what_only_looks_deflated_is_refused(reason: str) -> None:
    with pytest.raises(Malformed) as refused:
        read_inflated(NOT_DEFLATED[reason])
    assert refused.value.reason == reason.partition(" ")[0]


def test_4_nobody_may_deflate_who_has_not_agreed_to() -> None:
    with pytest.raises(Malformed):
        read(deflated(b"hello"))


def test_11_a_few_bytes_become_no_more_than_a_message_may_have() -> None:
    assert read_inflated(deflated(bytes(1_000)), max_bytes=1_000)[0] == [bytes(1_000)]
    for bomb in (deflated(bytes(1_001)), deflated(bytes(100_000_000)), deflated(bytes(600), bytes(600))):
        with pytest.raises(TooBig):
            read_inflated(bomb, max_bytes=1_000)


def test_11_whoever_counts_what_was_inflated_may_end_it() -> None:
    def refuse(longer_by: int) -> None:
        raise TooMany("too_many_inflated_bytes")

    with pytest.raises(TooMany):
        list(FrameReader(1_000_000, on_inflated=refuse).feed(deflated(bytes(10_000))))


def test_4_no_bytes_raise_anything_but_a_refusal() -> None:
    rng = random.Random(2)
    for _ in range(5_000):
        stream = bytearray(
            b"".join(
                rng.choice([deflated, lambda body: frame(Opcode.BINARY, body)])(rng.randbytes(rng.choice([0, 3, 126])))
                for _ in range(3)
            )
        )
        for _ in range(rng.randrange(4)):
            stream[rng.randrange(len(stream))] = rng.randrange(256)
        try:
            rng.choice([read, read_inflated])(bytes(stream[: rng.randrange(len(stream) + 1)]))
        except EngineError:
            continue


@pytest.mark.parametrize("length", LENGTHS)
def test_frames_that_go_out_are_those_of_the_standard(length: int) -> None:
    payload = b"x" * length
    assert websocket.binary(payload) == Frame(Opcode.BINARY, payload).serialize(mask=False)
    assert websocket.binary_of([payload[:20], payload[20:]]) == websocket.binary(payload)


@pytest.mark.parametrize("length", LENGTHS)
def test_deflated_frames_that_go_out_can_be_read_by_other_programs(length: int) -> None:
    payload = (b"all the same, " * (length // 10 + 1))[:length]
    frame = websocket.deflated([payload[:20], payload[20:]])
    assert frame[0] == 0xC2
    body = frame[2 if len(frame) < 128 else 4 :]
    theirs = PerMessageDeflate(True, True, websocket.WINDOW_BITS, websocket.WINDOW_BITS)
    assert theirs.decode(Frame(Opcode.BINARY, body, rsv1=True)).data == payload


def test_control_frames_that_go_out_are_those_of_the_standard() -> None:
    assert Frame(Opcode.PING, b"").serialize(mask=False) == websocket.PING
    assert websocket.pong(b"hello") == Frame(Opcode.PONG, b"hello").serialize(mask=False)
    assert websocket.close(4400, "bad") == Frame(Opcode.CLOSE, b"\x11\x30bad").serialize(mask=False)
    assert len(websocket.close(4400, "x" * 500)) == 2 + 125
