"""Rules about lessons that need nothing but their input. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

UNITS_MAX = 100
LESSONS_MAX = 500


class Publication(StrEnum):
    """Who sees a lesson: its teachers, its teachers until a moment, the class."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"


class Reading(StrEnum):
    """How far somebody has come with a lesson."""

    NONE = "none"
    OPENED = "opened"
    COMPLETED = "completed"


def publication(published_at: datetime | None, *, now: datetime) -> Publication:
    """Return who sees a lesson at a moment."""
    if published_at is None:
        return Publication.DRAFT
    return Publication.PUBLISHED if published_at <= now else Publication.SCHEDULED


def reading(opened_at: datetime | None, completed_at: datetime | None) -> Reading:
    """Return how far somebody has come."""
    if completed_at is not None:
        return Reading.COMPLETED
    return Reading.NONE if opened_at is None else Reading.OPENED


def reordered(
    present: Mapping[UUID, Sequence[UUID]], wanted: Sequence[tuple[UUID, Sequence[UUID]]]
) -> dict[UUID, list[UUID]]:
    """Return units and lessons in a wanted order; what it does not name, because it was added meanwhile, stays behind the rest.

    Args:
        present: unit → its lessons, in the present order.
        wanted: units and their lessons; a lesson may stand in another unit than before.

    Raises:
        ValueError: something is named that is not there, or twice.
    """
    units = [unit for unit, _ in wanted]
    lessons = [lesson for _, those in wanted for lesson in those]
    known = {lesson for those in present.values() for lesson in those}
    if len(set(units)) < len(units) or len(set(lessons)) < len(lessons):
        raise ValueError("must name each once")
    if not (present.keys() >= set(units) and known >= set(lessons)):
        raise ValueError("must name units and lessons of this class")
    order = {unit: list(those) for unit, those in wanted}
    named = set(lessons)
    for unit, those in present.items():
        order.setdefault(unit, []).extend(lesson for lesson in those if lesson not in named)
    return order


def neighbours(order: Sequence[UUID], lesson: UUID) -> tuple[UUID | None, UUID | None]:
    """Return the lessons before and after one."""
    if lesson not in order:
        return None, None
    at = order.index(lesson)
    return order[at - 1] if at > 0 else None, order[at + 1] if at + 1 < len(order) else None
