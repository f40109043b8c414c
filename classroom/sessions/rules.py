"""The rules of class sessions. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

from documents.access import Level, OnStage

LESSON = timedelta(minutes=60)
"""How long a session is planned for that nobody has given an end."""
EARLY = timedelta(minutes=30)
"""A class that is started this long before a planned session starts that session."""
FORGOTTEN = timedelta(hours=12)
"""A session that still runs this long after its planned end was forgotten: nobody is in it any more."""
LONGEST = timedelta(hours=24)
TIMER_SECONDS_MAX = 24 * 60 * 60
VIDEO_AFTER_END = timedelta(hours=2)
"""Lessons overrun; a video token outlives the planned end by this much, so that a reconnect still works."""


class SessionState(StrEnum):
    """How far a session is."""

    SCHEDULED = "scheduled"
    RUNNING = "running"
    ENDED = "ended"


def planned(*, starts_at: datetime | None, ends_at: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    """Return when a session is planned, from what was said about it.

    Raises:
        ValueError: it would end before it starts, or take longer than ``LONGEST``.
    """
    start = now if starts_at is None else starts_at
    end = start + LESSON if ends_at is None else ends_at
    if not start < end:
        raise ValueError("must be after the start")
    if end - start > LONGEST:
        raise ValueError("must be at most 24 hours after the start")
    return start, end


def is_due(*, starts_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """Tell whether starting the class now means this planned session."""
    return starts_at - EARLY <= now < ends_at


def is_forgotten(*, ends_at: datetime, now: datetime) -> bool:
    """Tell whether a session that runs was left running by mistake."""
    return now >= ends_at + FORGOTTEN


def timer_end(seconds: int | None, *, now: datetime) -> datetime | None:
    """Return when a timer that is set now ends; None for no timer."""
    return None if seconds is None else now + timedelta(seconds=seconds)


def video_until(*, ends_at: datetime, now: datetime) -> datetime:
    """Return how long somebody who joins the video now may stay in it."""
    return max(ends_at, now) + VIDEO_AFTER_END


def is_missed(*, ended_at: datetime | None, came_at: datetime | None) -> bool:
    """Tell whether something on stage was over before somebody came; None: it is on stage still, they have not come yet."""
    return ended_at is not None and (came_at is None or ended_at <= came_at)


def hold(*, shown: bool, locked: bool) -> OnStage:
    """Return what the stage means for the access to a document."""
    if not shown:
        return OnStage.OFF
    return OnStage.LOCKED if locked else OnStage.SHOWN


def decides_anew(
    *, before: OnStage, after: OnStage, presenter_changes: bool, students: Level, hidden_from_some: bool
) -> bool:
    """Tell whether somebody's access to a document changes with what the stage means for it.

    hidden_from_some: single students have no access of their own to it.
    """
    if OnStage.LOCKED in (before, after) and before is not after:
        return True
    if presenter_changes:
        return True
    return before is not after and (students is Level.NONE or hidden_from_some)
