"""How much one socket, person or address may take."""

import pytest

from collab_server.errors import TooMany
from collab_server.quotas import BURST_SECONDS, MessageRate, Shares


def test_11_a_socket_may_burst_and_then_keep_its_rate() -> None:
    rate = MessageRate(10, now=0)
    for _ in range(10 * BURST_SECONDS):
        rate.take(0)
    with pytest.raises(TooMany):
        rate.take(0.05)
    for tenth in range(1, 100):
        rate.take(0.05 + tenth / 10)
    for _ in range(10 * BURST_SECONDS):
        rate.take(1_000)
    with pytest.raises(TooMany):
        rate.take(1_000)


def test_11_each_holder_has_a_share_and_gets_it_back() -> None:
    shares = Shares(2, reason="why")
    shares.take("a")
    shares.take("a")
    shares.take("b")
    with pytest.raises(TooMany, match="why"):
        shares.take("a")
    shares.give_back("a")
    shares.take("a")
    for holder in ("a", "a", "b"):
        shares.give_back(holder)
    assert not shares._held


def test_without_a_bound_everyone_has_enough() -> None:
    shares = Shares(None, reason="why")
    for _ in range(1_000):
        shares.take("a")
