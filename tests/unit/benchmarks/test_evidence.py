"""The benchmark's judge: a server that loses an update must not pass."""

from pycrdt import merge_updates

from benchmarks.evidence import Stream, Verdict, judge
from benchmarks.load import Client
from benchmarks.wire import FrameReader, Target, sized
from benchmarks.writers import Writer, content_of, history

UPDATES = 5
TARGET = Target("127.0.0.1", 1, "/room")


def server_frame(update: bytes) -> bytes:
    message = b"\x00\x02" + sized(update)
    size = bytes((len(message),)) if len(message) < 126 else b"\x7e" + len(message).to_bytes(2, "big")
    return b"\x82" + size + message


def a_room(readers: int = 4) -> tuple[Stream, list[Client]]:
    writer = Writer(4711)
    writer.move(UPDATES)
    clients = [Client(TARGET) for _ in range(readers + 1)]
    return Stream(writer, clients[0], [0.1 * n for n in range(UPDATES)]), clients


def judged(stream: Stream, clients: list[Client], *, updates_for_last: list[bytes]) -> Verdict:
    """Let every reader but the last one get everything."""
    chunks = [
        (due + 0.01, client, server_frame(update))
        for client in clients[1:-1]
        for due, update in zip(stream.due, stream.writer.updates, strict=True)
    ]
    chunks += [(1.0, clients[-1], server_frame(update)) for update in updates_for_last]
    return judge(chunks, [(clients, [stream])], sample=len(clients))


def test_a_server_that_delivers_everything_passes_and_every_delivery_counts():
    stream, clients = a_room()
    verdict = judged(stream, clients, updates_for_last=stream.writer.updates)
    assert verdict.faults == []
    assert verdict.deliveries == UPDATES * 4
    assert min(verdict.latencies) > 0


def test_an_update_lost_in_the_middle_is_a_fault():
    stream, clients = a_room()
    updates = stream.writer.updates
    assert judged(stream, clients, updates_for_last=updates[:2] + updates[3:]).faults


def test_a_last_update_that_never_comes_is_a_fault():
    stream, clients = a_room()
    assert judged(stream, clients, updates_for_last=stream.writer.updates[:-1]).faults


def test_a_recipient_that_gets_nothing_is_a_fault():
    stream, clients = a_room()
    assert judged(stream, clients, updates_for_last=[]).faults


def test_a_server_that_closes_a_connection_is_told_from_one_that_loses_in_silence():
    stream, clients = a_room()
    close = b"\x88\x11" + (1013).to_bytes(2, "big") + b"try_again_later"
    verdict = judge([(0.1, clients[1], close)], [(clients, [stream])])
    assert verdict.faults[0] == "the server closed a connection: 1013 try_again_later"


def test_merged_updates_count_as_what_they_hold():
    stream, clients = a_room()
    verdict = judged(stream, clients, updates_for_last=[merge_updates(*stream.writer.updates)])
    assert verdict.faults == []
    assert verdict.deliveries == UPDATES * 4


def test_the_same_update_twice_counts_once():
    stream, clients = a_room()
    doubled = [update for update in stream.writer.updates for _ in range(2)]
    verdict = judged(stream, clients, updates_for_last=doubled)
    assert verdict.faults == []
    assert verdict.deliveries == UPDATES * 4


def test_updates_with_the_right_clocks_and_other_content_are_a_fault():
    stream, clients = a_room()
    forger = Writer(4711)
    forger.move(UPDATES)
    forged = [update.replace(b"id", b"di") for update in forger.updates]
    assert forged != forger.updates
    assert judged(stream, clients, updates_for_last=forged).faults


def test_frames_are_cut_alike_whatever_the_chunks():
    payloads = [b"\x00\x02" + bytes(size) for size in (0, 3, 120, 130, 70_000)]
    stream = b"".join(
        b"\x82"
        + (
            bytes((len(p),))
            if len(p) < 126
            else b"\x7e" + len(p).to_bytes(2, "big")
            if len(p) < 65536
            else b"\x7f" + len(p).to_bytes(8, "big")
        )
        + p
        for p in payloads
    )
    for size in (1, 2, 7, 4096, len(stream)):
        reader = FrameReader()
        found = [message for at in range(0, len(stream), size) for message in reader.feed(stream[at : at + size])]
        assert found == payloads


def test_a_history_holds_what_it_says():
    updates, content = history(300, elements=20)
    assert len(updates) == 300
    assert content_of(*updates) == content
