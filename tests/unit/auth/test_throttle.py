"""Bounds on attempts."""

from hypothesis import given
from hypothesis import strategies as st

from auth.throttle import Throttle


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def throttle(attempts=3, window=30.0, keys_max=100):
    clock = Clock()
    return Throttle(attempts, window_seconds=window, clock=clock, keys_max=keys_max), clock


def test_a_burst_is_allowed_and_then_one_at_a_time():
    bound, clock = throttle()
    assert [bound.take("a") for _ in range(3)] == [0, 0, 0]
    assert bound.wait("a") == bound.take("a") == 10
    clock.now += 10
    assert bound.take("a") == 0
    assert bound.take("a") == 10


def test_keys_have_nothing_to_do_with_each_other():
    bound, _ = throttle(attempts=1)
    assert [bound.take("a"), bound.take("b")] == [0, 0]
    assert bound.take("a") == 30


def test_a_good_attempt_can_be_given_back():
    bound, _ = throttle(attempts=1)
    bound.take("a")
    bound.give_back("a")
    assert bound.take("a") == 0
    bound.give_back("never tried")
    assert bound.wait("never tried") == 0


def test_all_attempts_can_be_forgotten():
    bound, _ = throttle(attempts=2)
    bound.take("a")
    bound.take("a")
    bound.forget("a")
    bound.forget("never tried")
    assert bound.wait("a") == 0


def test_what_is_remembered_is_bounded():
    bound, _ = throttle(attempts=1, keys_max=10)
    for number in range(1000):
        bound.take(str(number))
    assert len(bound._restored_at) == 10
    assert bound.wait("999") == 30
    assert bound.wait("0") == 0


@given(st.lists(st.floats(0, 20), max_size=200))
def test_never_more_than_burst_and_rate_allow(pauses):
    bound, clock = throttle(attempts=5, window=50.0)
    taken = 0
    for pause in pauses:
        clock.now += pause
        taken += bound.take("a") == 0
        assert taken <= 5 + clock.now / 10 + 1e-6
