"""The rules of lessons: who sees them when, in which order, and what their texts may have."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom.lessons.content import (
    BYTES_MAX,
    DEPTH_MAX,
    EMPTY,
    REFERENCES_MAX,
    ContentFault,
    ContentTooLong,
    References,
    checked,
    references,
    web_address,
)
from classroom.lessons.rules import Publication, Reading, neighbours, publication, reading, reordered

NOW = datetime(2026, 3, 29, 1, 59, 59, tzinfo=UTC)
A, B, C, U, V, W = (UUID(int=number) for number in range(1, 7))
ID = "0190a0a0-0000-7000-8000-000000000001"


def doc(*blocks: Any) -> dict[str, Any]:
    return {"type": "doc", "content": list(blocks)}


def words(text: str = "Rain", **more: Any) -> dict[str, Any]:
    return {"type": "paragraph", "content": [{"type": "text", "text": text, **more}]}


def test_a_lesson_is_seen_from_the_very_moment_on() -> None:
    assert publication(None, now=NOW) is Publication.DRAFT
    assert publication(NOW + timedelta(microseconds=1), now=NOW) is Publication.SCHEDULED
    assert publication(NOW, now=NOW) is Publication.PUBLISHED


def test_reading_goes_from_nothing_over_opened_to_completed() -> None:
    assert [reading(None, None), reading(NOW, None), reading(NOW, NOW)] == list(Reading)


def test_an_order_moves_lessons_between_units_and_keeps_what_was_added_meanwhile() -> None:
    present = {U: [A, B], V: [C], W: []}
    assert reordered(present, [(V, [B, C]), (U, [])]) == {V: [B, C], U: [A], W: []}
    assert reordered(present, []) == present
    assert list(reordered(present, [(W, []), (V, [C])])) == [W, V, U]


@pytest.mark.parametrize(
    "wanted", [[(U, []), (U, [])], [(U, [A, A])], [(U, [A]), (V, [A])], [(uuid4(), [])], [(U, [W])]]
)
def test_an_order_names_each_once_and_nothing_foreign(wanted: list[tuple[UUID, list[UUID]]]) -> None:
    with pytest.raises(ValueError, match="must name"):
        reordered({U: [A], V: [B]}, wanted)


def test_neighbours_are_those_before_and_after() -> None:
    assert [neighbours([A, B, C], each) for each in (A, B, C, U)] == [(None, B), (A, C), (B, None), (None, None)]


FULL = doc(
    {"type": "heading", "attrs": {"level": 2}, "content": [{"type": "text", "text": "雨"}]},
    words(
        "Rain",
        marks=[
            {"type": "bold"},
            {"type": "link", "attrs": {"href": "https://example.org/regen?q=ü"}},
        ],
    ),
    {"type": "paragraph", "content": [{"type": "text", "text": "a"}, {"type": "hardBreak"}]},
    {"type": "bulletList", "content": [{"type": "listItem", "content": [words(), {"type": "bulletList", "content": [{"type": "listItem", "content": [words()]}]}]}]},
    {"type": "orderedList", "attrs": {"start": 3}, "content": [{"type": "listItem", "content": [words()]}]},
    {"type": "blockquote", "content": [words()]},
    {"type": "codeBlock", "attrs": {"language": "python"}, "content": [{"type": "text", "text": "a\n\tb"}]},
    {"type": "codeBlock", "attrs": {"language": None}},
    {"type": "horizontalRule"},
    {"type": "image", "attrs": {"file_id": ID, "alt": "A cloud"}},
    {"type": "attachment", "attrs": {"file_id": ID}},
    {"type": "video", "attrs": {"file_id": None, "url": "https://example.org/v", "title": "Rain"}},
    {"type": "video", "attrs": {"file_id": ID, "url": None, "title": ""}},
    {"type": "embed", "attrs": {"document_id": ID}},
)  # fmt: skip


def test_everything_the_schema_knows_is_kept_as_it_is() -> None:
    assert checked(FULL) == FULL
    assert checked(dict(EMPTY)) == EMPTY
    assert references(FULL) == References(frozenset({UUID(ID)}), frozenset({UUID(ID)}))


def test_what_the_schema_does_not_know_is_left_behind_where_it_does_no_harm() -> None:
    given = {
        "type": "doc",
        "attrs": {"onload": "alert(1)"},
        "content": [
            {
                "type": "paragraph",
                "attrs": {"style": "position: fixed", "class": "x"},
                "onclick": "alert(1)",
                "content": [
                    {
                        "type": "text",
                        "text": "Rain",
                        "marks": [
                            {"type": "link", "attrs": {"href": "https://example.org", "target": "_top", "rel": None}},
                            {"type": "bold"},
                            {"type": "bold"},
                        ],
                    }
                ],
            }
        ],
    }
    clean = doc(words("Rain", marks=[{"type": "link", "attrs": {"href": "https://example.org"}}, {"type": "bold"}]))
    assert checked(given) == clean


@pytest.mark.parametrize(
    "content",
    [
        None,
        [],
        "<script>alert(1)</script>",
        {"type": "paragraph"},
        {"type": "doc"},
        doc(),
        doc("text"),
        doc({"type": ["doc"]}),
        doc({"type": "script", "content": []}),
        doc({"type": "text", "text": "loose"}),
        doc({"type": "doc", "content": [words()]}),
        doc({"type": "listItem", "content": [words()]}),
        doc({"type": "bulletList", "content": []}),
        doc({"type": "bulletList", "content": [{"type": "listItem", "content": [{"type": "horizontalRule"}]}]}),
        doc({"type": "paragraph", "content": {"type": "text"}}),
        doc({"type": "paragraph", "attrs": [], "content": []}),
        doc({"type": "heading", "attrs": {"level": 9}}),
        doc({"type": "heading", "attrs": {"level": True}}),
        doc({"type": "heading"}),
        doc({"type": "orderedList", "attrs": {"start": -1}, "content": [{"type": "listItem", "content": [words()]}]}),
        doc({"type": "orderedList", "attrs": {"start": "1"}, "content": [{"type": "listItem", "content": [words()]}]}),
        doc({"type": "codeBlock", "attrs": {"language": 3}}),
        doc({"type": "codeBlock", "content": [{"type": "text", "text": "a", "marks": [{"type": "bold"}]}]}),
        doc(words("")),
        doc(words("\x00")),
        doc(words("\ud800")),
        doc({"type": "paragraph", "content": [{"type": "text", "text": 3}]}),
        doc(words(marks="bold")),
        doc(words(marks=[{"type": "bold"}] * 7)),
        doc(words(marks=[{"type": "blink"}])),
        doc(words(marks=["bold"])),
        doc({"type": "embed", "attrs": {"document_id": "../../etc"}}),
        doc({"type": "embed"}),
        doc({"type": "image", "attrs": {"file_id": ID, "alt": "x" * 301}}),
        doc({"type": "video", "attrs": {}}),
    ],
)  # fmt: skip
def test_anything_else_is_refused(content: Any) -> None:
    with pytest.raises(ContentFault):
        checked(content)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " java\nscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "//example.org",
        "/classes",
        "https:",
        "https://",
        "mailto:",
        "https://exa mple.org",
        "https://[broken",
        'https://example.org/"onmouseover=',
        "https://example.org/" + "x" * 2000,
        "",
        None,
        3,
    ],
)
def test_an_address_that_is_none_of_the_web_is_refused(address: Any) -> None:
    with pytest.raises(ContentFault):
        web_address(address, schemes=("http", "https", "mailto"))


def test_addresses_of_the_web_and_of_people_are_taken() -> None:
    for address in (
        "https://example.org",
        "http://example.org:8080/a?b=c#d",
        "mailto:a@example.org",
        "https://例え.jp/雨",
    ):
        assert web_address(f" {address} ", schemes=("http", "https", "mailto")) == address
    with pytest.raises(ContentFault):
        web_address("mailto:a@example.org", schemes=("http", "https"))


def test_a_text_is_bounded_in_length_depth_parts_and_files() -> None:
    assert checked(doc(words("x" * (BYTES_MAX - 200))))
    deep: dict[str, Any] = words()
    for _ in range(DEPTH_MAX):
        deep = {"type": "blockquote", "content": [deep]}
    for content in (
        doc(words("x" * BYTES_MAX)),
        doc(*(words("雨" * 30_000) for _ in range(3))),
        doc(deep),
        doc(*({"type": "paragraph"} for _ in range(10_000))),
        doc({"type": "paragraph", "content": [{"type": "text", "text": "x" * (BYTES_MAX + 1)}]}),
        doc(*({"type": "embed", "attrs": {"document_id": str(uuid4())}} for _ in range(REFERENCES_MAX + 1))),
    ):
        with pytest.raises(ContentTooLong):
            checked(content)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["doc", "text", "paragraph"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "content", "attrs", "marks", "text", "href"]), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(_JSON)
def test_any_json_is_taken_or_refused_and_what_is_taken_stays_as_it_is(content: Any) -> None:
    try:
        clean = checked(content)
    except ContentFault:
        return
    assert checked(json.loads(json.dumps(clean))) == clean
