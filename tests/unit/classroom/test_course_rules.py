"""The rules of courses: what a search compares, and who gets into a class."""

import pytest

from classroom.courses.rules import (
    DESCRIPTION_MAX_CHARS,
    SEARCH_WORDS_MAX,
    Refusal,
    clean_description,
    folded,
    refusal,
    search_words,
    searchable,
)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("zoologie", "ZOOLOGIE"),
        ("fuss", "Fuß"),
        ("francais", "Français"),
        ("ａｂｃ", "ABC"),
        ("化学", "化学基础"),
        ("математика", "МАТЕМАТИКА"),
        ("احياء", "أَحْيَاء"),
        ("कविता", "हिंदी कविता"),
        ("istanbul", "İstanbul"),
    ],
)
def test_a_search_finds_words_in_every_script_however_they_are_written(typed: str, written: str) -> None:
    assert folded(typed) in folded(written)


def test_no_match_runs_from_the_title_into_the_category() -> None:
    text = searchable("Water", "Science", "Clouds\nand rain")
    assert text == "water\nscience\nclouds and rain"
    assert folded("water science") not in text


def test_a_search_asks_for_each_word_and_for_no_more_than_a_few() -> None:
    assert search_words("  Bio  logie ") == ["bio", "logie"]
    assert search_words("") == []
    assert len(search_words("a " * 100)) == SEARCH_WORDS_MAX


def test_a_class_takes_people_while_it_is_published_open_and_not_full() -> None:
    assert refusal(published=True, closed=False, seats=None, students=500) is None
    assert refusal(published=True, closed=False, seats=20, students=19) is None
    assert refusal(published=True, closed=False, seats=20, students=20) is Refusal.FULL
    assert refusal(published=True, closed=True, seats=20, students=20) is Refusal.CLOSED
    assert refusal(published=False, closed=False, seats=None, students=0) is Refusal.CLOSED


def test_a_description_keeps_its_lines_and_nothing_that_controls() -> None:
    assert clean_description("  One\r\n\r\nTwo\t3 ") == "One\n\nTwo\t3"
    assert clean_description("") == ""
    with pytest.raises(ValueError, match="control"):
        clean_description("a\x00b")
    with pytest.raises(ValueError, match="at most"):
        clean_description("x" * (DESCRIPTION_MAX_CHARS + 1))
