"""Decks: what can be read of whatever stands in them, the server's edits, and repair."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Array, Doc, Map, Text

from documents import slides
from documents.access import Level
from documents.kinds import Kind
from documents.reading import declare, read_roots
from documents.slides import NoSuchSlide, Slide
from documents.writing import initial_content


def deck(*changes: Callable[[Doc[Any]], None]) -> Doc[Any]:
    doc: Doc[Any] = Doc()
    declare(doc, Kind.SLIDES)
    for change in changes:
        with doc.transaction():
            change(doc)
    return doc


def put(*items: Any) -> Callable[[Doc[Any]], None]:
    return lambda doc: doc.get("slides", type=Array).extend(items)


def at(doc: Doc[Any]) -> dict[str, Any]:
    return dict(doc.get("position", type=Map).to_py() or {})


def names() -> Callable[[], str]:
    numbers = itertools.count(1)
    return lambda: f"new-{next(numbers)}"


def repaired(doc: Doc[Any]) -> Doc[Any]:
    with doc.transaction():
        slides.repair(names())(doc)
    return doc


def test_a_new_deck_has_a_title_and_no_slides() -> None:
    roots = read_roots(Kind.SLIDES, [initial_content(Kind.SLIDES, slides.blank_deck("Water"))])
    assert roots == {"deck": {"title": "Water"}, "slides": [], "position": {"pace": "teacher"}}


def test_a_deck_made_of_slides_is_open_at_its_first_one() -> None:
    pages = [Slide("a", "One", file_id="f", page=1), Slide("b", poll_id="p")]
    roots = read_roots(Kind.SLIDES, [initial_content(Kind.SLIDES, slides.deck_of("Water", pages))])
    assert roots["slides"] == [
        {"id": "a", "title": "One", "file_id": "f", "page": 1},
        {"id": "b", "title": "", "poll_id": "p"},
    ]
    assert roots["position"] == {"pace": "teacher", "slide_id": "a"}


def test_slides_are_appended_without_moving_anybody() -> None:
    doc = deck(slides.deck_of("Water", [Slide("a")]), lambda doc: slides.append(doc, [Slide("b"), Slide("c")]))
    assert [slide.id for slide in slides.read(doc)] == ["a", "b", "c"]
    assert at(doc)["slide_id"] == "a"
    slides.append(empty := deck(), [])
    assert at(empty) == {}


def test_renaming_writes_only_what_differs() -> None:
    doc = deck(slides.blank_deck("Water"))
    before = doc.get_state()
    slides.rename("Water")(doc)
    assert doc.get_state() == before
    slides.rename("Rain")(doc)
    assert doc.get("deck", type=Map)["title"] == "Rain"


def test_everybody_is_told_what_students_may_do_on_the_boards() -> None:
    doc = deck(slides.blank_deck("Water"), slides.tell_annotations(Level.WRITE))
    assert doc.get("deck", type=Map).to_py() == {"title": "Water", "annotations": "write"}


def test_the_slides_of_a_file_go_with_it() -> None:
    pages = [
        Slide("a", file_id="f", page=1),
        Slide("b"),
        Slide("c", file_id="f", page=2),
        Slide("d", file_id="g", page=1),
    ]
    doc = deck(slides.deck_of("Water", pages), put("nonsense", {"id": "e", "file_id": "f"}))
    slides.remove_file(doc, "f")
    assert [slide.id for slide in slides.read(doc)] == ["b", "d"]
    assert at(doc)["slide_id"] == "b"
    doc = deck(slides.deck_of("Water", pages[:1]))
    slides.remove_file(doc, "f")
    assert at(doc) == {"pace": "teacher"}
    slides.remove_file(doc, "f")
    assert at(doc) == {"pace": "teacher"}


def test_a_slide_learns_which_board_lies_over_it() -> None:
    doc = deck(slides.deck_of("Water", [Slide("a"), Slide("b")]))
    slides.name_board(doc, "b", "board")
    assert [slide.board_id for slide in slides.read(doc)] == [None, "board"]
    with pytest.raises(NoSuchSlide):
        slides.name_board(doc, "c", "board")


def test_reading_takes_what_makes_sense() -> None:
    doc = deck(
        put(
            Map({"id": "a", "title": Text("rich"), "page": 2.0, "file_id": "f"}),
            {"id": "b", "title": 7, "page": 0, "file_id": "", "board_id": 3},
            {"id": "a", "title": "twice"},
            {"id": 5},
            {"title": "no id"},
            {"id": "c", "page": True},
            {"id": "d", "page": 1.5, "title": "x" * 500},
            "text",
            None,
            [1],
        )
    )
    assert slides.read(doc) == [
        Slide("a", "rich", file_id="f", page=2),
        Slide("b"),
        Slide("c"),
        Slide("d", "x" * 200),
    ]


def test_repair_keeps_what_can_be_kept() -> None:
    doc = deck(
        lambda doc: doc.get("deck", type=Map).update({"title": 5}),
        lambda doc: doc.get("position", type=Map).update({"pace": "fast", "slide_id": "nowhere"}),
        put(
            "text",
            Map({"id": 5, "title": "was a number", "mine": "kept"}),
            {"id": "b", "title": "plain", "page": "two", "board_id": "board"},
            Map({"id": "b", "title": "twice"}),
            Map({"title": "nameless", "poll_id": 1}),
            3,
        ),
    )
    assert read_roots(Kind.SLIDES, [repaired(doc).get_update()]) == {
        "deck": {"title": ""},
        "position": {"pace": "teacher", "slide_id": "new-1"},
        "slides": [
            {"id": "new-1", "title": "was a number", "mine": "kept"},
            {"id": "b", "title": "plain", "board_id": "board"},
            {"id": "new-2", "title": "nameless"},
        ],
    }


def test_repairing_a_sound_deck_writes_nothing() -> None:
    doc = deck(slides.deck_of("Water", [Slide("a", "One", file_id="f", page=1), Slide("b", board_id="x")]))
    before = doc.get_state()
    repaired(doc)
    assert doc.get_state() == before


def test_a_deck_beyond_its_bound_is_cut() -> None:
    doc = deck(put(*({"id": str(number)} for number in range(slides.SLIDES_MAX + 3))))
    assert len(slides.read(repaired(doc))) == slides.SLIDES_MAX


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**50), 2**50) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
ITEM = JSON | st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("id", "title", "file_id", "page", "board_id", "poll_id"), JSON)
)


@settings(max_examples=150, deadline=None)
@given(
    items=st.lists(st.tuples(ITEM, st.booleans()), max_size=6),
    title=JSON,
    position=st.dictionaries(st.sampled_from(["pace", "slide_id"]), JSON),
)
def test_whatever_stands_in_a_deck_it_can_be_read_and_repaired_once(
    items: list[tuple[Any, bool]], title: Any, position: dict[str, Any]
) -> None:
    doc = deck(
        put(*(Map(item) if live and isinstance(item, dict) else item for item, live in items)),
        lambda doc: doc.get("deck", type=Map).update({"title": title}),
        lambda doc: doc.get("position", type=Map).update(position),
    )
    shown = slides.read(doc)
    repaired(doc)
    assert {slide.id for slide in shown} <= {slide.id for slide in slides.read(doc)}
    assert len(slides.read(doc)) == len(doc.get("slides", type=Array))
    state = doc.get_state()
    repaired(doc)
    assert doc.get_state() == state
