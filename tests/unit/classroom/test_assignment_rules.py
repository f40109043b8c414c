"""When work is late, what that costs, and how points come about."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom.assignments.rules import (
    Criterion,
    Deadlines,
    LatePer,
    LatePolicy,
    Mark,
    SubmissionState,
    after_penalty,
    clean_long_text,
    deadlines_for,
    is_taken,
    is_time_zone,
    late_by,
    mark_for,
    most_points,
    penalty_percent,
    rubric_points,
    state_of,
)

D = Decimal
NOON = datetime(2026, 3, 27, 12, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
TENTH_A_DAY = LatePolicy(percent=D(10), per=LatePer.DAY, most_percent=D(50))


def test_at_the_very_moment_when_it_is_due_work_is_in_time() -> None:
    assert late_by(NOON, NOON) == timedelta(0)
    assert late_by(NOON - MOMENT, NOON) == timedelta(0)
    assert late_by(NOON + MOMENT, NOON) == MOMENT
    assert late_by(NOON, None) == timedelta(0)


def test_at_the_very_moment_of_the_cut_off_work_is_taken() -> None:
    assert is_taken(NOON, NOON)
    assert not is_taken(NOON + MOMENT, NOON)
    assert is_taken(NOON, None)


def test_somebodys_own_due_date_moves_the_cut_off_with_it() -> None:
    later = NOON + timedelta(days=3)
    rule = Deadlines(due_at=NOON, cutoff_at=NOON + timedelta(days=1))
    assert deadlines_for(rule, None) == rule
    assert deadlines_for(rule, Deadlines(due_at=later)) == Deadlines(due_at=later, cutoff_at=later)
    assert deadlines_for(rule, Deadlines(due_at=NOON - MOMENT)).cutoff_at == rule.cutoff_at
    own = Deadlines(due_at=later, cutoff_at=later + timedelta(days=9))
    assert deadlines_for(rule, own) == own
    assert deadlines_for(Deadlines(), Deadlines(due_at=later)) == Deadlines(due_at=later)
    assert deadlines_for(Deadlines(cutoff_at=NOON), Deadlines()) == Deadlines(cutoff_at=NOON)


@pytest.mark.parametrize(
    ("late", "percent"),
    [
        (timedelta(0), 0),
        (MOMENT, 10),
        (timedelta(days=1), 10),
        (timedelta(days=1) + MOMENT, 20),
        (timedelta(days=4), 40),
        (timedelta(days=30), 50),
    ],
)
def test_each_started_day_costs_and_never_more_than_the_most(late: timedelta, percent: int) -> None:
    assert penalty_percent(TENTH_A_DAY, at=NOON + late, due_at=NOON, zone="UTC") == percent


def test_a_day_is_one_of_the_calendar_also_when_the_clocks_change() -> None:
    # In the night to 29 March 2026 Berlin has no hour from two to three; in that to 25 October it has it twice.
    spring = datetime.fromisoformat("2026-03-28T23:59:00+01:00")
    same_time = datetime.fromisoformat("2026-03-29T23:59:00+02:00")
    assert same_time - spring == timedelta(hours=23)
    assert penalty_percent(TENTH_A_DAY, at=same_time, due_at=spring, zone="Europe/Berlin") == 10
    assert penalty_percent(TENTH_A_DAY, at=same_time + MOMENT, due_at=spring, zone="Europe/Berlin") == 20
    autumn = datetime.fromisoformat("2026-10-24T23:59:00+02:00")
    same_time = datetime.fromisoformat("2026-10-25T23:59:00+01:00")
    assert same_time - autumn == timedelta(hours=25)
    assert penalty_percent(TENTH_A_DAY, at=same_time, due_at=autumn, zone="Europe/Berlin") == 10
    assert penalty_percent(TENTH_A_DAY, at=same_time + MOMENT, due_at=autumn, zone="Europe/Berlin") == 20
    # Due at a time that the next day does not have, or has twice.
    skipped = datetime.fromisoformat("2026-03-28T02:30:00+01:00")
    assert penalty_percent(TENTH_A_DAY, at=skipped + timedelta(hours=24), due_at=skipped, zone="Europe/Berlin") == 10
    twice = datetime.fromisoformat("2026-10-24T02:30:00+02:00")
    assert penalty_percent(TENTH_A_DAY, at=twice + timedelta(hours=24), due_at=twice, zone="Europe/Berlin") == 10


def test_hours_are_hours_and_once_is_once() -> None:
    hourly = LatePolicy(percent=D(5), per=LatePer.HOUR)
    once = LatePolicy(percent=D(30), per=LatePer.ONCE)
    due = datetime.fromisoformat("2026-10-25T02:30:00+02:00")
    for late, steps in (
        (MOMENT, 1),
        (timedelta(hours=1), 1),
        (timedelta(hours=1) + MOMENT, 2),
        (timedelta(days=9), 20),
    ):
        assert penalty_percent(hourly, at=due + late, due_at=due, zone="Europe/Berlin") == 5 * steps
        assert penalty_percent(once, at=due + late, due_at=due, zone="Europe/Berlin") == 30
    assert penalty_percent(None, at=due + MOMENT, due_at=due, zone="UTC") == 0
    assert penalty_percent(once, at=due, due_at=None, zone="UTC") == 0


@given(
    st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2030, 1, 1)),  # noqa: DTZ001 -- made aware below
    st.timedeltas(min_value=MOMENT, max_value=timedelta(days=4)),
    st.sampled_from(["Europe/Berlin", "America/St_Johns", "Pacific/Apia", "Australia/Lord_Howe", "UTC"]),
)
def test_started_days_grow_with_time_and_fit_the_hours(due: datetime, late: timedelta, zone: str) -> None:
    due_at = due.replace(tzinfo=UTC)
    policy = LatePolicy(percent=D(1), per=LatePer.DAY)
    percent = penalty_percent(policy, at=due_at + late, due_at=due_at, zone=zone)
    # A day has 23 to 25 hours; one left Samoa's calendar altogether.
    assert late / timedelta(hours=25) <= percent <= late / timedelta(hours=23) + 2
    assert penalty_percent(policy, at=due_at + late + timedelta(hours=1), due_at=due_at, zone=zone) >= percent


def test_what_is_left_of_points_is_rounded_to_the_cent() -> None:
    assert after_penalty(D("7.25"), D(10)) == D("6.53")
    assert after_penalty(D(8), D(0)) == D("8.00")
    assert after_penalty(D(8), D(100)) == 0


def test_names_of_time_zones() -> None:
    assert is_time_zone("Europe/Berlin")
    assert not is_time_zone("Europe/Nowhere")
    assert not is_time_zone("../etc/passwd")


RUBRIC = [
    Criterion(
        id="c1",
        title="Idea",
        levels=[Mark(id="a", title="Clear", points=D(4)), Mark(id="b", title="Vague", points=D(1))],
    ),
    Criterion(id="c2", title="Words", levels=[Mark(id="a", title="Rich", points=D("2.5"))]),
]
SCALE = [
    Mark(id="1", title="Good", points=D(3)),
    Mark(id="2", title="Fair", points=D(2)),
    Mark(id="3", title="Poor", points=D(1)),
]


def test_a_rubric_gives_points_when_every_criterion_has_its_level() -> None:
    assert rubric_points(RUBRIC, {"c1": "b", "c2": "a"}) == D("3.5")
    assert rubric_points(RUBRIC, {"c1": "b"}) is None
    for wrong in ({"c1": "x"}, {"c3": "a"}):
        with pytest.raises(ValueError, match="rubric"):
            rubric_points(RUBRIC, wrong)


def test_full_marks_are_those_of_the_rubric_or_the_scale() -> None:
    assert most_points(points=D(9), scale=None, rubric=RUBRIC) == D("6.5")
    assert most_points(points=D(9), scale=SCALE, rubric=None) == 3
    assert most_points(points=D(9), scale=None, rubric=None) == 9
    assert most_points(points=None, scale=None, rubric=None) is None


def test_points_reach_a_step_of_a_scale() -> None:
    def step(points: str | None) -> str | None:
        mark = mark_for(SCALE, None if points is None else D(points))
        return None if mark is None else mark.title

    assert [step(points) for points in ("9", "3", "2.9", "1", "0", None)] == [
        "Good",
        "Good",
        "Fair",
        "Poor",
        "Poor",
        None,
    ]
    assert mark_for(None, D(3)) is None


def test_how_far_a_students_work_has_come() -> None:
    later = NOON + MOMENT
    assert state_of(begun=False, handed_in_at=None, returned_at=None) is SubmissionState.NONE
    assert state_of(begun=True, handed_in_at=None, returned_at=None) is SubmissionState.WORKING
    assert state_of(begun=True, handed_in_at=NOON, returned_at=None) is SubmissionState.HANDED_IN
    assert state_of(begun=True, handed_in_at=NOON, returned_at=later) is SubmissionState.RETURNED
    assert state_of(begun=True, handed_in_at=later, returned_at=NOON) is SubmissionState.HANDED_IN
    assert state_of(begun=False, handed_in_at=None, returned_at=NOON) is SubmissionState.RETURNED


def test_texts_keep_their_lines_and_indentation() -> None:
    assert clean_long_text("  def f():\r\n\treturn 1  \n\n") == "  def f():\n\treturn 1"
    assert clean_long_text("e\u0301") == "é"
    assert clean_long_text(" \n ") == ""
    for wrong in ("a\0b", "a\x1bb", "\ud800"):
        with pytest.raises(ValueError, match="control"):
            clean_long_text(wrong)
    with pytest.raises(ValueError, match="at most 3"):
        clean_long_text("four", max_chars=3)
