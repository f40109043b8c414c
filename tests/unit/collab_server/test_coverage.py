"""Which clocks a document holds."""

import random
from collections.abc import Sequence
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collab_server.errors import Malformed
from collab_server.protocol.codec import uint
from collab_server.protocol.coverage import Coverage, read_state_vector
from collab_server.protocol.update import Summary
from tests.unit.collab_server.golden import DOCUMENTS

Runs = Sequence[tuple[int, int, int]]


def summary(
    adds: Runs = (), deletes: Runs = (), *, needs: dict[int, int] | None = None, has_gap: bool = False
) -> Summary:
    return Summary(tuple(adds), tuple(deletes), needs or {}, has_gap)


def covering(*summaries: Summary) -> Coverage:
    coverage = Coverage()
    for each in summaries:
        coverage.add(each)
    return coverage


def test_6_an_update_misses_what_it_builds_upon() -> None:
    coverage = covering(summary([(1, 0, 5)]))
    assert not coverage.misses(summary([(1, 5, 6)]))
    assert not coverage.misses(summary([(1, 3, 9)]))
    assert not coverage.misses(summary([(2, 0, 1), (3, 0, 2)], [(2, 0, 1)], needs={3: 2, 1: 5}))
    assert coverage.misses(summary([(1, 6, 7)]))
    assert coverage.misses(summary([(2, 1, 2)]))
    assert coverage.misses(summary([(2, 0, 1)], needs={1: 6}))
    assert coverage.misses(summary([], [(1, 4, 6)]))
    assert coverage.misses(summary([(1, 5, 6)], has_gap=True))


def entangled(*order: tuple[int, int, int, int], adds: Runs = ((1, 0, 4), (2, 0, 4), (3, 0, 4))) -> bool:
    update = Summary(tuple(adds), (), {}, has_gap=False, order=order)
    coverage = covering(summary([(3, 0, 2)]))
    assert not coverage.misses(update)
    return coverage.entangles(update)


def test_6_parts_of_an_update_that_wait_for_each_other_are_entangled() -> None:
    assert not entangled()
    assert entangled((1, 0, 2, 1), (2, 0, 1, 1))
    assert entangled((1, 1, 2, 4), (2, 2, 3, 4), (3, 3, 1, 2))
    # Back and forth is fine, and so is what waits for what is known.
    assert not entangled((1, 1, 2, 1), (1, 2, 2, 2), (2, 0, 1, 1), (2, 1, 1, 2))
    assert not entangled((1, 0, 2, 4), (1, 0, 3, 4), (2, 0, 3, 4))
    assert not entangled((3, 0, 1, 1), (1, 0, 3, 2))
    assert entangled((3, 0, 1, 1), (1, 0, 3, 3))
    assert not entangled((1, 0, 3, 2), adds=[(1, 0, 4)])


def test_6_untangling_many_parts_takes_its_time_once() -> None:
    many, long = 20_000, 20_000
    order = [(client, 0, 1, long) for client in range(3, many)]
    order += [(1, clock, 2, clock) for clock in range(1, long)] + [(2, clock, 1, clock) for clock in range(1, long)]
    adds = [(1, 0, long), (2, 0, long), *((client, 0, 1) for client in range(3, many))]
    before = process_time()
    assert not Coverage().entangles(Summary(tuple(adds), (), {}, has_gap=False, order=tuple(order)))
    assert process_time() - before < 2


def test_an_update_is_held_when_it_would_change_nothing() -> None:
    coverage = covering(summary([(1, 0, 9)], [(1, 2, 4)]))
    assert coverage.holds(summary())
    assert coverage.holds(summary([(1, 0, 9)], [(1, 2, 3)]))
    assert not coverage.holds(summary([(1, 8, 10)]))
    assert not coverage.holds(summary([], [(1, 3, 5)]))
    assert not coverage.holds(summary([], [(2, 0, 1)]))
    coverage.add(summary([(1, 0, 3)]))
    assert coverage.clocks == {1: 9}


def test_coverages_are_equal_when_they_hold_the_same() -> None:
    assert covering(summary([(1, 0, 9)], [(1, 0, 2), (1, 2, 4)])) == covering(summary([(1, 0, 9)], [(1, 0, 4)]))
    assert covering(summary([(1, 0, 9)])) != covering(summary([(1, 0, 9)], [(1, 0, 4)]))
    assert covering() != b""
    assert covering(summary([], [(1, 0, 2)])) != covering(summary([], [(1, 0, 3)]))


def test_deletions_that_another_view_of_the_document_has_are_learnt() -> None:
    coverage = covering(summary([(1, 0, 9)], [(1, 0, 2)]))
    coverage.learn_deletions(covering(summary([], [(1, 1, 4), (2, 0, 1)])))
    assert coverage == covering(summary([(1, 0, 9)], [(1, 0, 4), (2, 0, 1)]))


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    st.lists(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 5)), max_size=300), max_size=4), st.integers(0, 70)
)
def test_deleted_runs_cover_exactly_what_was_deleted(batches: list[list[tuple[int, int]]], start: int) -> None:
    coverage = Coverage()
    deleted: set[int] = set()
    for batch in batches:
        coverage.add(summary([], [(1, first, first + length) for first, length in batch]))
        deleted.update(clock for first, length in batch for clock in range(first, first + length))
    for end in range(start + 1, 71):
        assert coverage.holds(summary([], [(1, start, end)])) == deleted.issuperset(range(start, end))


def test_4_an_update_of_very_many_deletions_is_counted_in_no_time() -> None:
    rng = random.Random(7)
    clocks = list(range(0, 600_000, 2))
    rng.shuffle(clocks)
    many = summary([(1, 0, 700_000)], [(1, clock, clock + 1) for clock in clocks])
    before = process_time()
    coverage = covering(many)
    assert process_time() - before < 2
    assert coverage.holds(many)
    coverage.add(summary([], [(1, clock, clock + 2) for clock in clocks]))
    assert coverage.holds(summary([], [(1, 0, 600_000)]))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_state_vectors_and_snapshots_of_yjs_are_read(name: str) -> None:
    document = DOCUMENTS[name]
    clocks = read_state_vector(document["state_vector"])
    coverage = Coverage.from_snapshot(document["snapshot"])
    assert coverage.clocks == clocks
    assert read_state_vector(coverage.state_vector()) == clocks


@pytest.mark.parametrize("malformed", [b"", b"\x01\x01", b"\x00\x00", uint(1) + uint(1) + uint(2**32)])
def test_4_a_state_vector_that_is_none_is_malformed(malformed: bytes) -> None:
    with pytest.raises(Malformed):
        read_state_vector(malformed)


def test_12_what_was_known_before_some_updates_leaves_their_clocks_out() -> None:
    coverage = Coverage()
    coverage.clocks = {1: 10, 2: 5, 3: 7}
    added = [Summary(((1, 8, 10), (2, 0, 2)), (), {}, False), Summary(((2, 2, 5),), (), {}, False)]
    assert coverage.before(added).clocks == {1: 8, 2: 0, 3: 7}
    assert coverage.clocks == {1: 10, 2: 5, 3: 7}
