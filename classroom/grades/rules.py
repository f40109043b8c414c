"""What grades come to: weights, categories, what is dropped, letters. Pure, and exact: whole numbers and fractions until the very end.

An item counts once it has a grade. Within a category, an item weighs its own weight, or its full marks where it has none; the lowest
grades that a category drops are those with the smallest part of the full marks. The total is the mean of the categories by their
weights, of those in which there is a grade. Without categories, all items are one; with them, an item in none does not count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import NamedTuple
from uuid import UUID

ITEMS_MAX = 300
CATEGORIES_MAX = 30
LETTERS_MAX = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An item that can count."""

    id: UUID
    points_max: Decimal
    category_id: UUID | None = None
    weight: Decimal | None = None
    marks: int = field(init=False, repr=False)
    weighs: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Work out what is asked for each student again: the full marks, and what it weighs beside the others of its category."""
        marks = _thousandths(self.points_max)
        object.__setattr__(self, "marks", marks)
        object.__setattr__(self, "weighs", marks if self.weight is None else _thousandths(self.weight))


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A part of the total."""

    id: UUID
    weight: Decimal
    drop_lowest: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """What somebody's grades come to, in percent; None where nothing counts yet.

    `shares`: how much of the total each item makes, in percent; what does not count is not in it. `dropped`: which were left out.
    """

    percent: Decimal | None = None
    shares: Mapping[UUID, Decimal] = field(default_factory=dict)
    dropped: frozenset[UUID] = frozenset()
    categories: Mapping[UUID, Decimal] = field(default_factory=dict)


def total(parts: Sequence[Part], categories: Sequence[Category], points: Mapping[UUID, Decimal]) -> Total:
    """Return what points come to. `points`: of the items that are graded; `parts`: in the gradebook's order."""
    groups: list[tuple[UUID | None, int, list[Part]]]
    graded = [part for part in parts if part.id in points]
    if categories:
        groups = [
            (category.id, _thousandths(category.weight), [part for part in graded if part.category_id == category.id])
            for category in categories
        ]
    else:
        groups = [(None, 1, graded)]
    drops: dict[UUID | None, int] = {category.id: category.drop_lowest for category in categories}
    dropped: set[UUID] = set()
    results: list[_Result] = []
    for group, weight, members in groups:
        lowest = _lowest(members, points, drops.get(group, 0))
        dropped |= lowest
        kept = [part for part in members if part.id not in lowest] if lowest else members
        weighed = sum([part.weighs for part in kept])
        if weighed > 0:
            reached, full = _reached(kept, points)
            results.append(_Result(group, weight, reached, full * weighed, weighed, kept))
    whole = sum([result.weight for result in results])
    shown = {result.group: _percent(result.reached, result.full) for result in results if result.group is not None}
    if whole == 0:
        return Total(dropped=frozenset(dropped), categories=shown)
    return Total(
        percent=_mean(results, whole),
        shares={
            part.id: _percent(result.weight * part.weighs, whole * result.weighed)
            for result in results
            for part in result.kept
        },
        dropped=frozenset(dropped),
        categories=shown,
    )


class _Result(NamedTuple):
    """What was reached in a group: `reached` of `full`, of items that together weigh so much."""

    group: UUID | None
    weight: int
    reached: int
    full: int
    weighed: int
    kept: Sequence[Part]


def _mean(results: Sequence[_Result], whole: int) -> Decimal:
    common = lcm(*[result.full for result in results])
    return _percent(
        sum([result.weight * result.reached * (common // result.full) for result in results]), common * whole
    )


def _lowest(members: list[Part], points: Mapping[UUID, Decimal], drop: int) -> set[UUID]:
    """Return which are left out. One always stays: who has a grade has a result."""
    drop = min(drop, len(members) - 1)
    if drop <= 0:
        return set()
    ordered = sorted(members, key=lambda part: Fraction(_thousandths(points[part.id]), part.marks))
    return {part.id for part in ordered[:drop]}


def _reached(kept: Sequence[Part], points: Mapping[UUID, Decimal]) -> tuple[int, int]:
    """Return what was reached of each item, times what it weighs, summed up over one denominator."""
    common = lcm(*[part.marks for part in kept])
    return sum([part.weighs * _thousandths(points[part.id]) * (common // part.marks) for part in kept]), common


def letter_for(letters: Sequence[tuple[str, Decimal]], percent: Decimal | None) -> str | None:
    """Return the letter that a total has reached, given each letter's lowest percent; None below all of them."""
    if percent is None:
        return None
    reached = [(lowest, label) for label, lowest in letters if lowest <= percent]
    return max(reached, key=lambda each: each[0])[1] if reached else None


# A class's grades are shares of the same few sums.
@lru_cache(maxsize=4096)
def _percent(part: int, whole: int) -> Decimal:
    # To the hundredth; a half goes up.
    return Decimal((20_000 * part + whole) // (2 * whole)) / 100


def _thousandths(number: Decimal) -> int:
    """Return a number as a whole one: points have two decimals, weights three."""
    return int(number * 1000)
