"""What grades come to: weights, categories, what is dropped, letters. Pure, and exact: fractions until the very end.

An item counts once it has a grade. Within a category, an item weighs its own weight, or its full marks where it has none; the lowest
grades that a category drops are those with the smallest part of the full marks. The total is the mean of the categories by their
weights, of those in which there is a grade. Without categories, all items are one; with them, an item in none does not count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import floor
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

    @property
    def weighs(self) -> Fraction:
        """Return what it weighs beside the others of its category."""
        return Fraction(self.points_max if self.weight is None else self.weight)


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
    groups: list[tuple[UUID | None, Fraction, list[Part]]]
    graded = [part for part in parts if part.id in points]
    if categories:
        groups = [
            (category.id, Fraction(category.weight), [part for part in graded if part.category_id == category.id])
            for category in categories
        ]
    else:
        groups = [(None, Fraction(1), graded)]
    drops: dict[UUID | None, int] = {category.id: category.drop_lowest for category in categories}
    dropped: set[UUID] = set()
    results: list[tuple[UUID | None, Fraction, Fraction, list[Part]]] = []
    for group, weight, members in groups:
        lowest = sorted(members, key=lambda part: Fraction(points[part.id]) / Fraction(part.points_max))
        # One always stays: who has a grade has a result.
        left_out = {part.id for part in lowest[: min(drops.get(group, 0), len(lowest) - 1)]} if lowest else set()
        dropped |= left_out
        kept = [part for part in members if part.id not in left_out]
        weighed = sum((part.weighs for part in kept), Fraction(0))
        if weighed > 0:
            reached = sum(
                (part.weighs * Fraction(points[part.id]) / Fraction(part.points_max) for part in kept), Fraction(0)
            )
            results.append((group, weight, reached / weighed, kept))
    whole = sum((weight for _, weight, _, _ in results), Fraction(0))
    shown = {group: _percent(result) for group, _, result, _ in results if group is not None}
    if whole == 0:
        return Total(dropped=frozenset(dropped), categories=shown)
    shares: dict[UUID, Decimal] = {}
    for _, weight, _, kept in results:
        weighed = sum((part.weighs for part in kept), Fraction(0))
        shares |= {part.id: _percent(weight / whole * part.weighs / weighed) for part in kept}
    return Total(
        percent=_percent(sum((weight * result for _, weight, result, _ in results), Fraction(0)) / whole),
        shares=shares,
        dropped=frozenset(dropped),
        categories=shown,
    )


def letter_for(letters: Sequence[tuple[str, Decimal]], percent: Decimal | None) -> str | None:
    """Return the letter that a total has reached, given each letter's lowest percent; None below all of them."""
    if percent is None:
        return None
    reached = [(lowest, label) for label, lowest in letters if lowest <= percent]
    return max(reached, key=lambda each: each[0])[1] if reached else None


def _percent(part: Fraction) -> Decimal:
    # To the hundredth; a half goes up.
    return Decimal(floor(part * 10_000 + Fraction(1, 2))) / 100
