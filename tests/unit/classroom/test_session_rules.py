"""When sessions are planned, due, forgotten; what a stage means for access."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom.sessions import rules
from documents.access import Level, OnStage, decide
from documents.kinds import Kind

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_what_is_left_out_of_a_plan_is_now_and_an_hour():
    assert rules.planned(starts_at=None, ends_at=None, now=NOON) == (NOON, NOON + 60 * MINUTE)
    later = NOON + 90 * MINUTE
    assert rules.planned(starts_at=later, ends_at=None, now=NOON) == (later, later + 60 * MINUTE)
    assert rules.planned(starts_at=None, ends_at=later, now=NOON) == (NOON, later)


@pytest.mark.parametrize("length", [timedelta(0), -MINUTE, timedelta(hours=24, microseconds=1)])
def test_a_session_ends_after_it_starts_and_within_a_day(length):
    with pytest.raises(ValueError, match="after the start"):
        rules.planned(starts_at=NOON, ends_at=NOON + length, now=NOON)


@pytest.mark.parametrize("length", [timedelta(microseconds=1), timedelta(hours=24)])
def test_the_shortest_and_the_longest_session_are_allowed(length):
    assert rules.planned(starts_at=NOON, ends_at=NOON + length, now=NOON) == (NOON, NOON + length)


@pytest.mark.parametrize(
    ("minutes", "due"), [(-31, False), (-30, True), (0, True), (59.9, True), (60, False), (61, False)]
)
def test_a_planned_session_is_due_from_half_an_hour_before_until_its_end(minutes, due):
    assert rules.is_due(starts_at=NOON, ends_at=NOON + 60 * MINUTE, now=NOON + minutes * MINUTE) is due


def test_a_session_is_forgotten_half_a_day_after_its_end():
    assert not rules.is_forgotten(ends_at=NOON, now=NOON + timedelta(hours=12) - timedelta(microseconds=1))
    assert rules.is_forgotten(ends_at=NOON, now=NOON + timedelta(hours=12))


def test_a_timer_ends_by_the_servers_clock():
    assert rules.timer_end(None, now=NOON) is None
    assert rules.timer_end(90, now=NOON) == NOON + 1.5 * MINUTE


def test_video_outlives_the_planned_end_and_a_session_that_overruns():
    hour = timedelta(hours=1)
    assert rules.video_until(ends_at=NOON + hour, now=NOON) == NOON + 3 * hour
    assert rules.video_until(ends_at=NOON - hour, now=NOON) == NOON + 2 * hour


def test_what_the_stage_means_for_a_document():
    assert rules.hold(shown=False, locked=True) is OnStage.OFF
    assert rules.hold(shown=True, locked=False) is OnStage.SHOWN
    assert rules.hold(shown=True, locked=True) is OnStage.LOCKED


STAGES, LEVELS = st.sampled_from(OnStage), st.sampled_from(Level)


@given(before=STAGES, after=STAGES, students=LEVELS, personal=st.none() | LEVELS)
def test_whenever_somebodys_access_changes_it_is_decided_anew(before, after, students, personal):
    levels = [
        decide(Kind.WHITEBOARD, role_in_class="student", students=students, personal=personal, on_stage=stage)
        for stage in (before, after)
    ]
    anew = rules.decides_anew(
        before=before,
        after=after,
        presenter_changes=False,
        students=students,
        hidden_from_some=personal is Level.NONE,
    )
    assert anew or levels[0] is levels[1]


def test_nothing_is_decided_anew_where_nothing_changes_and_all_is_where_somebody_else_presents():
    def anew(**changes):
        same = {
            "before": OnStage.SHOWN,
            "after": OnStage.SHOWN,
            "presenter_changes": False,
            "students": Level.WRITE,
            "hidden_from_some": False,
        }
        return rules.decides_anew(**{**same, **changes})

    assert not anew()
    assert not anew(before=OnStage.OFF)
    assert anew(before=OnStage.OFF, students=Level.NONE)
    assert anew(presenter_changes=True)


def test_missed_is_what_was_over_before_one_came():
    assert rules.is_missed(ended_at=NOON, came_at=NOON)
    assert rules.is_missed(ended_at=NOON, came_at=None)
    assert not rules.is_missed(ended_at=NOON + MINUTE, came_at=NOON)
    assert not rules.is_missed(ended_at=None, came_at=NOON)
