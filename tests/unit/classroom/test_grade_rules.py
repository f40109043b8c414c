"""What grades come to, against a naive computation, and letters."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom.grades.rules import Category, Part, Total, letter_for, total

D = Decimal
A, B, C, HOMEWORK, TESTS = (UUID(int=number) for number in range(1, 6))


def part(item: UUID, full: str = "10", category: UUID | None = None, weight: str | None = None) -> Part:
    return Part(id=item, points_max=D(full), category_id=category, weight=None if weight is None else D(weight))


def test_without_categories_points_count_together() -> None:
    found = total([part(A), part(B, "30")], [], {A: D(10), B: D(15)})
    assert found == Total(percent=D("62.5"), shares={A: D(25), B: D(75)})


def test_what_has_no_grade_does_not_count() -> None:
    assert total([part(A), part(B)], [], {A: D("7.5")}) == Total(percent=D(75), shares={A: D(100)})
    assert total([part(A)], [], {}) == Total()


def test_categories_weigh_as_they_are_told_and_only_those_with_grades() -> None:
    parts = [part(A, category=HOMEWORK), part(B, "50", category=TESTS), part(C)]
    categories = [Category(id=HOMEWORK, weight=D(1)), Category(id=TESTS, weight=D(3))]
    found = total(parts, categories, {A: D(10), B: D(25), C: D(0)})
    assert found.percent == D("62.5")
    assert found.shares == {A: D(25), B: D(75)}
    assert found.categories == {HOMEWORK: D(100), TESTS: D(50)}
    assert total(parts, categories, {A: D(5)}).percent == D(50)
    # In no category, it does not count at all.
    assert total(parts, categories, {C: D(5)}) == Total()


def test_the_lowest_are_dropped_but_one_stays() -> None:
    parts = [part(A, category=HOMEWORK), part(B, "100", category=HOMEWORK), part(C, category=HOMEWORK)]
    categories = [Category(id=HOMEWORK, weight=D(1), drop_lowest=1)]
    found = total(parts, categories, {A: D(5), B: D(40), C: D(9)})
    # 40 of 100 is less than 5 of 10.
    assert (found.dropped, found.percent) == (frozenset({B}), D(70))
    assert total(parts, categories, {A: D(2)}).percent == D(20)
    many = [Category(id=HOMEWORK, weight=D(1), drop_lowest=9)]
    assert total(parts, many, {A: D(5), B: D(40), C: D(9)}).percent == D(90)


def test_what_weighs_nothing_changes_nothing() -> None:
    assert total([part(A, weight="0"), part(B)], [], {A: D(0), B: D(8)}).percent == D(80)
    assert total([part(A, weight="0")], [], {A: D(8)}) == Total()
    nothing = [Category(id=HOMEWORK, weight=D(0))]
    assert total([part(A, category=HOMEWORK)], nothing, {A: D(8)}) == Total(categories={HOMEWORK: D(80)})


def test_thirds_are_exact_and_halves_go_up() -> None:
    thirds = total([part(A, "3"), part(B, "3"), part(C, "3")], [], {A: D(1), B: D(1), C: D(1)})
    assert thirds.percent == D("33.33")
    assert total([part(A, "200")], [], {A: D("0.01")}).percent == D("0.01")


POINTS = st.decimals(min_value=0, max_value=200, places=2)
FULL = st.decimals(min_value=D("0.01"), max_value=200, places=2)
WEIGHT = st.none() | st.decimals(min_value=0, max_value=10, places=3)


@given(
    st.lists(st.tuples(FULL, WEIGHT, st.sampled_from([None, 0, 1, 2]), st.none() | POINTS), max_size=8),
    st.lists(st.tuples(st.decimals(min_value=0, max_value=10, places=3), st.integers(0, 3)), max_size=3),
)
def test_totals_are_those_of_a_naive_computation(
    items: list[tuple[Decimal, Decimal | None, int | None, Decimal | None]], weights: list[tuple[Decimal, int]]
) -> None:
    ids = [UUID(int=100 + number) for number in range(3)]
    categories = [Category(id=ids[n], weight=weight, drop_lowest=drop) for n, (weight, drop) in enumerate(weights)]
    parts = [
        Part(id=UUID(int=n), points_max=full, weight=weight, category_id=None if place is None else ids[place])
        for n, (full, weight, place, _) in enumerate(items)
    ]
    points = {UUID(int=n): given_points for n, (_, _, _, given_points) in enumerate(items) if given_points is not None}

    # Naive: lists of (part of full marks, weight), a list for each category.
    sums = Fraction(0)
    whole = Fraction(0)
    boxes: list[tuple[Decimal, int, UUID | None]] = [(weight, drop, ids[n]) for n, (weight, drop) in enumerate(weights)]
    boxes = boxes or [(D(1), 0, None)]
    for weight, drop, box in boxes:
        found = [
            (
                Fraction(points[one.id]) / Fraction(one.points_max),
                Fraction(one.points_max if one.weight is None else one.weight),
            )
            for one in parts
            if one.id in points and (not categories or one.category_id == box)
        ]
        for _ in range(drop):
            if len(found) > 1:
                found.remove(next(each for each in found if each[0] == min(part_of for part_of, _ in found)))
        if sum(w for _, w in found):
            result = Fraction(sum(p * w for p, w in found)) / sum(w for _, w in found)
            sums += Fraction(weight) * result
            whole += Fraction(weight)
    expected = None if whole == 0 else sums / whole * 100
    computed = total(parts, categories, points)
    if expected is None:
        assert computed.percent is None
    else:
        exact = D(expected.numerator) / D(expected.denominator)
        assert computed.percent is not None
        assert abs(computed.percent - exact) <= D("0.005000001")
        assert computed.percent == computed.percent.quantize(D("0.01"), ROUND_HALF_UP)
        assert abs(sum(computed.shares.values(), D(0)) - 100) <= D("0.01") * len(parts)
        assert not computed.dropped & computed.shares.keys()


@pytest.mark.parametrize(
    ("percent", "letter"), [("100", "A"), ("90", "A"), ("89.99", "B"), ("50", "B"), ("49.99", None), (None, None)]
)
def test_letters_begin_at_their_lowest_percent(percent: str | None, letter: str | None) -> None:
    letters = [("B", D(50)), ("A", D(90))]
    assert letter_for(letters, None if percent is None else D(percent)) == letter
