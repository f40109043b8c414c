"""The stage document: what it shows, and how little is written when little changes."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrdt import Array, Doc, Map

from documents import slides, stage
from documents.kinds import Kind, RootType
from documents.reading import plain, read_roots
from documents.stage import Activity, ActivityKind, Hand, PersonOnStage, Stage
from documents.writing import initial_content

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
THEA = PersonOnStage(UUID(int=1), "Ms. Okafor")
ZOE = PersonOnStage(UUID(int=2), "Zoë")
MEI = PersonOnStage(UUID(int=3), "林美")
BOARD = UUID(int=9)
EMPTY = Stage(running=True, started_at=NOON)


def hands(*people, at=NOON):
    return [Hand(person, at + timedelta(seconds=number)) for number, person in enumerate(people)]


def doc_showing(shown, raised=()):
    doc: Doc = Doc()
    doc.apply_update(initial_content(Kind.STAGE, stage.shown(shown, raised)))
    return doc


def roots(doc):
    return read_roots(Kind.STAGE, [doc.get_update()])


def written_by(doc, change):
    """Return the size of what a change writes."""
    before = doc.get_state()
    with doc.transaction():
        change(doc)
    return len(doc.get_update(before)) if doc.get_state() != before else 0


def test_a_stage_has_three_roots_that_only_the_server_writes():
    assert dict(Kind.STAGE.roots) == {"stage": RootType.MAP, "hands": RootType.ARRAY, "people": RootType.MAP}


def test_an_empty_stage_says_so_in_every_key():
    assert roots(doc_showing(EMPTY)) == {
        "stage": {
            "state": "running",
            "started_at": "2026-11-21T12:00:00.000Z",
            "activity": {"kind": "none"},
            "put_by": None,
            "presenter": None,
            "presenter_id": None,
            "locked": False,
            "roam": False,
            "timer": None,
        },
        "hands": [],
        "people": {},
    }


def test_a_full_stage_is_read_as_it_was_written():
    shown = Stage(
        running=False,
        started_at=NOON,
        activity=Activity(ActivityKind.DOCUMENT, BOARD, Kind.SLIDES, "Volcanoes", "s7"),
        put_by=THEA,
        presenter=ZOE,
        locked=True,
        roam=True,
        timer_ends_at=NOON + timedelta(minutes=5),
    )
    found = roots(doc_showing(shown, hands(MEI)))
    assert found["stage"] == {
        "state": "ended",
        "started_at": "2026-11-21T12:00:00.000Z",
        "activity": {
            "kind": "document",
            "document_id": str(BOARD),
            "document_kind": "slides",
            "title": "Volcanoes",
            "slide_id": "s7",
        },
        "put_by": {"user_id": str(THEA.user_id), "name": "Ms. Okafor"},
        "presenter": {"user_id": str(ZOE.user_id), "name": "Zoë"},
        "presenter_id": str(ZOE.user_id),
        "locked": True,
        "roam": True,
        "timer": {"ends_at": "2026-11-21T12:05:00.000Z"},
    }
    assert found["hands"] == [{"user_id": str(MEI.user_id), "name": "林美", "raised_at": "2026-11-21T12:00:00.000Z"}]


def test_writing_the_same_again_writes_nothing():
    doc = doc_showing(EMPTY, hands(ZOE, MEI))
    assert written_by(doc, stage.shown(EMPTY, hands(ZOE, MEI))) == 0


def test_one_more_hand_travels_alone():
    crowd = [PersonOnStage(UUID(int=number), f"Person {number}") for number in range(200)]
    doc = doc_showing(EMPTY, hands(*crowd))
    assert 0 < written_by(doc, stage.shown(EMPTY, hands(*crowd, ZOE))) < 200


def test_times_are_utc_to_the_millisecond():
    assert stage.moment(datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=2)))) == "2025-12-31T23:00:00.000Z"


def test_who_was_there_is_left_in_the_document():
    doc = doc_showing(EMPTY)
    change = stage.attended({ZOE.user_id: {"name": "Zoë", "role": "student"}})
    assert written_by(doc, change)
    assert roots(doc)["people"] == {str(ZOE.user_id): {"name": "Zoë", "role": "student"}}
    assert written_by(doc, change) == 0


def test_a_deck_is_turned_to_a_slide_that_it_has():
    deck: Doc = Doc()
    slides.deck_of("Volcanoes", [slides.Slide("s1"), slides.Slide("s2")])(deck)
    for wanted, shown in (("s2", "s2"), ("s9", "s2")):
        slides.turn_to(wanted)(deck)
        assert plain(deck.get("position", type=Map))["slide_id"] == shown


@pytest.mark.parametrize("kind", Kind)
def test_nothing_that_others_of_the_class_may_not_see_is_put_on_stage(kind):
    assert (kind in stage.STAGEABLE) == (kind in (Kind.WHITEBOARD, Kind.SLIDES, Kind.POLL))


@given(st.lists(st.lists(st.integers(0, 5), max_size=8), min_size=1, max_size=6))
def test_an_array_becomes_each_list_in_turn(lists):
    doc: Doc = Doc()
    root = doc.get("hands", type=Array)
    for values in lists:
        with doc.transaction():
            stage.write_array(root, values)
        assert plain(root) == values
