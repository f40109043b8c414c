"""The rules of assignments: when work is late and what that costs, how points come about, and what a text may hold. Pure."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo, available_timezones

CENT = Decimal("0.01")
HUNDRED = Decimal(100)
TEXT_MAX_CHARS = 100_000
_LAYOUT = frozenset("\n\t")


class LatePer(StrEnum):
    """What a late penalty is counted by."""

    ONCE = "once"
    HOUR = "hour"
    DAY = "day"


class AnswerKind(StrEnum):
    """What can be handed in."""

    TEXT = "text"
    FILES = "files"
    DOCUMENT = "document"


class SubmissionState(StrEnum):
    """How far one student's work for an assignment has come."""

    NONE = "none"
    WORKING = "working"
    HANDED_IN = "handed_in"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True, kw_only=True)
class LatePolicy:
    """What being late costs: `percent` of the points for each started hour or day, or once; never more than `most_percent`."""

    percent: Decimal
    per: LatePer
    most_percent: Decimal = HUNDRED


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Until when work counts as in time, and until when it is taken at all. None: without end."""

    due_at: datetime | None = None
    cutoff_at: datetime | None = None


def deadlines_for(assignment: Deadlines, extension: Deadlines | None) -> Deadlines:
    """Return the deadlines that hold for one student.

    Somebody's own due date also moves the cut-off where that would come before it, unless they have one of their own.
    """
    if extension is None:
        return assignment
    due_at = extension.due_at or assignment.due_at
    cutoff_at = extension.cutoff_at
    if cutoff_at is None and assignment.cutoff_at is not None:
        cutoff_at = assignment.cutoff_at if due_at is None else max(assignment.cutoff_at, due_at)
    return Deadlines(due_at=due_at, cutoff_at=cutoff_at)


def late_by(at: datetime, due_at: datetime | None) -> timedelta:
    """Return by how much work is late. At the very moment when it is due, it is in time."""
    if due_at is None:
        return timedelta(0)
    return max(at - due_at, timedelta(0))


def is_taken(at: datetime, cutoff_at: datetime | None) -> bool:
    """Tell whether work is taken at a moment; at the very moment of the cut-off it still is."""
    return cutoff_at is None or at <= cutoff_at


def penalty_percent(policy: LatePolicy | None, *, at: datetime, due_at: datetime | None, zone: str) -> Decimal:
    """Return how much of the points is taken off for being late.

    Days are those of the calendar where the class is: a day late is the same time of day on the next day, also when the clocks change
    in between and it is 23 or 25 hours later. Hours are hours.
    """
    if policy is None or due_at is None or at <= due_at:
        return Decimal(0)
    if policy.per is LatePer.ONCE:
        steps = 1
    elif policy.per is LatePer.HOUR:
        steps = -((due_at - at) // timedelta(hours=1))
    else:
        steps = _started_days(at, due_at, ZoneInfo(zone))
    return min(policy.percent * steps, policy.most_percent)


def _started_days(at: datetime, due_at: datetime, zone: ZoneInfo) -> int:
    due = due_at.astimezone(zone).replace(tzinfo=None)
    days = max((at.astimezone(zone).date() - due.date()).days, 1)
    ends = (due + timedelta(days=days)).replace(tzinfo=zone).astimezone(UTC)
    return days if at <= ends else days + 1


def is_time_zone(name: str) -> bool:
    """Tell whether a name is that of a time zone (IANA)."""
    return name in available_timezones()


def after_penalty(points: Decimal, percent: Decimal) -> Decimal:
    """Return what is left of points, to the cent; a half is rounded up."""
    return (points * (HUNDRED - percent) / HUNDRED).quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A step of a scale ("very good"), or a level of a criterion, and the points it stands for."""

    id: str
    title: str
    points: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """What one looks at in a piece of work, and the levels it can reach."""

    id: str
    title: str
    levels: Sequence[Mark]


def most_points(
    *, points: Decimal | None, scale: Sequence[Mark] | None, rubric: Sequence[Criterion] | None
) -> Decimal | None:
    """Return what full marks are: those of the scale or the rubric where there is one. None: it is not graded."""
    if rubric:
        return sum((max(level.points for level in criterion.levels) for criterion in rubric), Decimal(0))
    if scale:
        return max(mark.points for mark in scale)
    return points


def rubric_points(rubric: Sequence[Criterion], choices: Mapping[str, str]) -> Decimal | None:
    """Return the points of the levels that were chosen; None while a criterion has none.

    Raises:
        ValueError: a choice is none of the rubric's.
    """
    levels = {criterion.id: {level.id: level.points for level in criterion.levels} for criterion in rubric}
    for criterion, level in choices.items():
        if level not in levels.get(criterion, {}):
            raise ValueError("must name levels of this assignment's rubric")
    if choices.keys() != levels.keys():
        return None
    return sum((levels[criterion][level] for criterion, level in choices.items()), Decimal(0))


def mark_for(scale: Sequence[Mark] | None, points: Decimal | None) -> Mark | None:
    """Return the step of a scale that points have reached; below all of them, the lowest."""
    if not scale or points is None:
        return None
    ordered = sorted(scale, key=lambda mark: mark.points)
    return next((mark for mark in reversed(ordered) if mark.points <= points), ordered[0])


def state_of(*, begun: bool, handed_in_at: datetime | None, returned_at: datetime | None) -> SubmissionState:
    """Return how far a student's work has come. What is handed in once more waits to be graded once more."""
    if handed_in_at is not None and (returned_at is None or returned_at < handed_in_at):
        return SubmissionState.HANDED_IN
    if returned_at is not None:
        return SubmissionState.RETURNED
    return SubmissionState.WORKING if begun else SubmissionState.NONE


def clean_long_text(text: str, *, max_chars: int = TEXT_MAX_CHARS) -> str:
    """Return a text of several lines as it is kept: NFC, with its indentation, without trailing space.

    Raises:
        ValueError: too long, or with characters that control instead of being read.
    """
    cleaned = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    cleaned = "\n".join(line.rstrip() for line in cleaned.split("\n")).rstrip()
    if any(unicodedata.category(each) in {"Cc", "Cs"} and each not in _LAYOUT for each in cleaned):
        raise ValueError("must not contain control characters")
    if len(cleaned) > max_chars:
        raise ValueError(f"must have at most {max_chars} characters")
    return cleaned
