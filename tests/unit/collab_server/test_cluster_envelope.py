"""Rule 17: nodes take messages from each other, and from nobody else."""

from uuid import UUID

import pytest

from collab_server.cluster import envelope
from collab_server.cluster.envelope import Kind, Letter, Refused, Sealer, new_node

CHANNEL = b"lectern:1:board"
ADA, BOB = UUID(int=1), UUID(int=2)


class Clock:
    def __init__(self) -> None:
        self.seconds = 1_700_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def sealer(node: UUID, clock: Clock, *, secret: str = "secret", cluster: bytes = b"house") -> Sealer:
    return Sealer(secret, cluster=cluster, node=node, now=clock)


def test_17_a_message_arrives_as_it_was_sent(clock: Clock) -> None:
    ada, bob = sealer(ADA, clock), sealer(BOB, clock)
    assert bob.open(CHANNEL, ada.seal(CHANNEL, Kind.ROWS, b"rows")) == Letter(ADA, Kind.ROWS, b"rows")
    assert bob.open(CHANNEL, ada.seal(CHANNEL, Kind.WHO)) == Letter(ADA, Kind.WHO, b"")


def test_17_nobody_hears_their_own_message(clock: Clock) -> None:
    ada = sealer(ADA, clock)
    assert ada.open(CHANNEL, ada.seal(CHANNEL, Kind.ALIVE)) is None


@pytest.mark.parametrize("change", ["secret", "cluster", "channel", "byte"])
def test_17_what_was_sealed_with_another_key_or_for_another_channel_is_refused(clock: Clock, change: str) -> None:
    ada = sealer(
        ADA,
        clock,
        secret="other" if change == "secret" else "secret",
        cluster=b"copy" if change == "cluster" else b"house",
    )
    message = bytearray(ada.seal(b"elsewhere" if change == "channel" else CHANNEL, Kind.ROWS, b"rows"))
    if change == "byte":
        message[-20] ^= 1
    with pytest.raises(Refused) as refused:
        sealer(BOB, clock).open(CHANNEL, bytes(message))
    assert refused.value.reason == "another key"


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (b"", "not ours"),
        (b"hello", "not ours"),
        (b"\x02" + bytes(60), "another version"),
        (b"\x01" + bytes(60), "another key"),
    ],
)
def test_17_what_other_programs_send_is_refused(clock: Clock, message: bytes, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        sealer(BOB, clock).open(CHANNEL, message)
    assert refused.value.reason == reason


def test_17_a_message_is_taken_once_and_not_after_a_later_one(clock: Clock) -> None:
    ada, bob = sealer(ADA, clock), sealer(BOB, clock)
    first, second = ada.seal(CHANNEL, Kind.ROWS, b"1"), ada.seal(CHANNEL, Kind.ROWS, b"2")
    bob.open(CHANNEL, second)
    for message in (first, second):
        with pytest.raises(Refused) as refused:
            bob.open(CHANNEL, message)
        assert refused.value.reason == "heard before"


@pytest.mark.parametrize("seconds", [61, -61])
def test_17_a_message_of_another_minute_is_refused(clock: Clock, seconds: int) -> None:
    message = sealer(ADA, clock).seal(CHANNEL, Kind.PRESENCE, b"")
    clock.seconds += seconds
    with pytest.raises(Refused) as refused:
        sealer(BOB, clock).open(CHANNEL, message)
    assert refused.value.reason == "too old"


def test_17_a_kind_of_message_that_is_not_known_is_refused(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, bob = sealer(ADA, clock), sealer(BOB, clock)
    message = ada.seal(CHANNEL, Kind.ANSWER)
    with monkeypatch.context() as patched:
        patched.setattr(envelope, "Kind", lambda _number: Kind(99))
        with pytest.raises(Refused) as refused:
            bob.open(CHANNEL, message)
    assert refused.value.reason == "not understood"


def test_17_the_memory_for_senders_is_bounded(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envelope, "MAX_SENDERS", 2)
    bob = sealer(BOB, clock)
    for _ in range(5):
        node = new_node()
        bob.open(CHANNEL, sealer(node, clock).seal(CHANNEL, Kind.ALIVE))
    assert len(bob._heard) == 2
