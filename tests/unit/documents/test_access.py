"""Who may do what with a document."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.access import Level, OnStage, decide
from documents.kinds import Kind, Writers

LEVELS = st.sampled_from(Level)


@given(students=LEVELS, personal=st.none() | LEVELS)
def test_teachers_always_write(students, personal):
    assert decide(Kind.WHITEBOARD, role_in_class="teacher", students=students, personal=personal) is Level.WRITE


@given(role=st.none() | st.sampled_from(["admin", "support", ""]), students=LEVELS, personal=st.none() | LEVELS)
def test_whoever_is_not_in_the_class_has_nothing(role, students, personal):
    assert decide(Kind.WHITEBOARD, role_in_class=role, students=students, personal=personal) is Level.NONE


@given(students=LEVELS, personal=LEVELS)
def test_a_students_own_setting_goes_before_the_one_for_all(students, personal):
    assert decide(Kind.WHITEBOARD, role_in_class="student", students=students, personal=personal) is personal
    assert decide(Kind.WHITEBOARD, role_in_class="student", students=students, personal=None) is students


@given(kind=st.sampled_from(Kind), students=LEVELS, personal=st.none() | LEVELS)
def test_9_nobody_writes_what_only_the_server_writes_nor_students_what_teachers_write(kind, students, personal):
    teacher = decide(kind, role_in_class="teacher", students=students, personal=personal)
    student = decide(kind, role_in_class="student", students=students, personal=personal)
    assert (teacher is Level.WRITE) == (kind.writers is not Writers.SERVER)
    assert teacher >= Level.READ
    assert student < Level.WRITE or kind.writers is Writers.MEMBERS
    assert (student is Level.NONE) == ((personal or students) is Level.NONE)


@given(students=LEVELS, personal=st.none() | LEVELS, on_stage=st.sampled_from([OnStage.SHOWN, OnStage.LOCKED]))
def test_on_stage_everybody_sees_it_and_a_lock_leaves_writing_to_who_presents(students, personal, on_stage):
    before = decide(Kind.WHITEBOARD, role_in_class="student", students=students, personal=personal)

    def on(role, *, kind=Kind.WHITEBOARD, presents=False):
        return decide(
            kind, role_in_class=role, students=students, personal=personal, on_stage=on_stage, presents=presents
        )

    assert on("student") is (Level.WRITE if before is Level.WRITE and on_stage is OnStage.SHOWN else Level.READ)
    assert on("student", presents=True) is Level.WRITE
    assert on("student", kind=Kind.SLIDES, presents=True) is Level.READ
    assert on("teacher") is Level.WRITE
    assert on(None, presents=True) is Level.NONE


@given(kind=st.sampled_from(Kind), students=LEVELS, personal=st.none() | LEVELS)
def test_what_belongs_to_something_locked_is_only_read_and_not_shown_to_more_people(kind, students, personal):
    before = decide(kind, role_in_class="student", students=students, personal=personal)
    assert decide(kind, role_in_class="student", students=students, personal=personal, locked=True) is min(
        before, Level.READ, key=lambda level: level.rank
    )
    assert decide(kind, role_in_class="teacher", students=students, personal=personal, locked=True) is decide(
        kind, role_in_class="teacher", students=students, personal=personal
    )


@given(students=LEVELS, personal=st.none() | LEVELS, locked=st.booleans())
def test_who_presents_writes_on_what_belongs_to_it_locked_or_not(students, personal, locked):
    def level(role, *, kind=Kind.WHITEBOARD):
        return decide(kind, role_in_class=role, students=students, personal=personal, presents=True, locked=locked)

    assert level("student") is Level.WRITE
    assert level("student", kind=Kind.SLIDES) is Level.READ
    assert level(None) is Level.NONE


@given(
    kind=st.sampled_from(Kind),
    role=st.sampled_from(["teacher", "student", None]),
    students=LEVELS,
    on_stage=st.sampled_from(OnStage),
    within=LEVELS,
)
def test_what_belongs_to_something_is_there_only_for_those_who_may_see_that(kind, role, students, on_stage, within):
    def level(**more):
        return decide(
            kind, role_in_class=role, students=students, personal=None, on_stage=on_stage, presents=True, **more
        )

    assert level(within=within) is (Level.NONE if within is Level.NONE else level())


@pytest.mark.parametrize(("low", "high"), list(itertools.combinations(Level, 2)))
def test_levels_are_ordered(low, high):
    assert low < high
    assert low <= high
    assert high > low
    assert high >= low
    assert not high < low
    assert not high <= low
    assert not low > high
    assert not low >= high
    assert low <= Level(low.value)
    assert low >= Level(low.value)
    assert [low.rank, high.rank] == sorted([high.rank, low.rank])
