"""How progress follows from what happens, and what a board tells in figures."""

import csv
import io
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from classroom.progress.known import KNOWN_SECONDS, KnownProgress
from classroom.progress.rules import (
    BYTE_ORDER_MARK,
    UNTOUCHED,
    Standing,
    figures,
    flagged,
    harmless,
    moved,
    put,
    table,
)
from documents.progress import State

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ONE, TWO = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize("reached", [None, *State])
@pytest.mark.parametrize("to", State)
def test_nobody_falls_back_by_what_happens(reached: State | None, to: State) -> None:
    before = Standing(state=reached)
    after = moved(before, to)
    assert after.state == max(filter(None, (reached, to)), key=lambda state: state.rank)
    assert moved(after, to) == after


def test_progress_ends_being_stuck_and_repetition_does_not() -> None:
    stuck = Standing(state=State.WORKING, stuck=True)
    assert moved(stuck, State.WORKING) == stuck
    assert moved(stuck, State.OPENED) == stuck
    assert moved(stuck, State.HANDED_IN) == Standing(state=State.HANDED_IN)
    assert moved(Standing(stuck=True), State.OPENED) == Standing(state=State.OPENED)


def test_a_score_comes_with_a_grade_and_can_be_given_again() -> None:
    graded = moved(UNTOUCHED, State.GRADED, score=3.0)
    assert graded.score == 3.0
    assert moved(graded, State.GRADED, score=4.0).score == 4.0
    assert moved(graded, State.GRADED) is graded
    assert moved(UNTOUCHED, State.HANDED_IN, score=3.0).score is None


def test_by_hand_any_state_can_be_set() -> None:
    graded = Standing(state=State.GRADED, score=3.0)
    assert put(graded, State.OPENED) == Standing(state=State.OPENED)
    assert put(graded, None) == UNTOUCHED
    assert put(graded, State.GRADED, score=3.0) is graded
    assert put(Standing(state=State.OPENED, stuck=True), State.WORKING) == Standing(state=State.WORKING)
    with pytest.raises(ValueError, match="graded"):
        put(graded, State.HANDED_IN, score=1.0)


def test_stuck_is_said_and_taken_back() -> None:
    working = Standing(state=State.WORKING)
    stuck = flagged(working, stuck=True)
    assert (stuck.shown, stuck.state) == ("stuck", State.WORKING)
    assert flagged(stuck, stuck=False) == working
    assert flagged(UNTOUCHED, stuck=True).says_something
    assert not UNTOUCHED.says_something
    assert UNTOUCHED.shown == "none"


def test_figures_count_students_by_state() -> None:
    standings = [
        UNTOUCHED,
        Standing(state=State.OPENED),
        Standing(state=State.WORKING, stuck=True),
        Standing(state=State.HANDED_IN),
        Standing(state=State.GRADED, score=2.0),
        Standing(state=State.GRADED, score=3.0),
    ]
    found = figures(standings, due_at=NOW - timedelta(days=1), now=NOW)
    assert dict(found.states) == {"none": 1, "opened": 1, "working": 0, "handed_in": 1, "graded": 2, "stuck": 1}
    assert found.mean_score == 2.5
    assert found.overdue == 3
    assert figures(standings, due_at=NOW + timedelta(days=1), now=NOW).overdue == 0
    assert figures([], due_at=None, now=NOW).mean_score is None


def test_a_table_holds_names_of_any_script_and_no_formula() -> None:
    text = table(
        [(ONE, "=1+1"), (TWO, 'Talk, "short"')],
        [(ONE, "林美"), (TWO, "=HYPERLINK(A1)"), (UUID(int=3), "أمير")],
        standings={
            ONE: {ONE: Standing(state=State.GRADED, score=2.5), TWO: Standing(stuck=True)},
            TWO: {ONE: Standing(state=State.GRADED, score=-1.0)},
        },
        remarks={ONE: {TWO: "@SUM(A1)\nsecond line"}},
    )
    assert text.startswith(BYTE_ORDER_MARK)
    assert "\r\n" in text
    rows = list(csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK))))
    assert rows == [
        ["Student", "'=1+1", "'=1+1 (score)", "'=1+1 (remark)"]
        + [f'Talk, "short"{suffix}' for suffix in ("", " (score)", " (remark)")],
        ["林美", "graded", "2.5", "", "stuck", "", "'@SUM(A1)\nsecond line"],
        ["'=HYPERLINK(A1)", "graded", "-1", "", "none", "", ""],
        ["أمير", "none", "", "", "none", "", ""],
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "  =", "＝"])
def test_what_a_spreadsheet_would_calculate_is_text(start: str) -> None:
    assert harmless(f"{start}1") == f"'{start}1"


def test_other_text_is_left_alone() -> None:
    assert harmless("Zoë = best") == "Zoë = best"
    assert harmless("") == ""


def test_what_is_known_need_not_be_asked_again_for_a_while() -> None:
    now = [0.0]
    known = KnownProgress(clock=lambda: now[0], max_entries=2)
    assert not known.holds(ONE, ONE, State.OPENED)
    known.learn(ONE, ONE, State.WORKING)
    assert known.holds(ONE, ONE, State.OPENED)
    assert known.holds(ONE, ONE, State.WORKING)
    assert not known.holds(ONE, ONE, State.HANDED_IN)
    assert not known.holds(ONE, TWO, State.OPENED)
    now[0] = KNOWN_SECONDS
    assert not known.holds(ONE, ONE, State.OPENED)


def test_what_is_known_is_bounded_and_can_be_forgotten() -> None:
    known = KnownProgress(max_entries=2)
    for user in (UUID(int=3), ONE, TWO):
        known.learn(ONE, user, State.OPENED)
    assert not known.holds(ONE, UUID(int=3), State.OPENED)
    assert known.holds(ONE, ONE, State.OPENED)
    known.forget(document_id=ONE, user_id=ONE)
    assert not known.holds(ONE, ONE, State.OPENED)
    known.forget(user_id=TWO)
    assert not known.holds(ONE, TWO, State.OPENED)
    known.learn(ONE, ONE, State.OPENED)
    known.forget(document_id=TWO)
    assert known.holds(ONE, ONE, State.OPENED)
    known.forget()
    assert not known.holds(ONE, ONE, State.OPENED)
