"""Rules about PDFs and their pages."""

import pytest

from classroom.slides.rules import (
    IMAGE_LONGEST_PX,
    begins_as_pdf,
    clean,
    deck_title,
    image_scale,
    thumbnail_size,
    title_of,
)


@pytest.mark.parametrize(
    ("beginning", "is_pdf"),
    [(b"%PDF-1.7\n", True), (b"\0" * 1000 + b"%PDF-2.0", True), (b" " * 1024 + b"%PDF-", False), (b"PK\3\4", False)],
)
def test_a_pdf_says_so_within_its_first_kilobyte(beginning: bytes, is_pdf: bool) -> None:
    assert begins_as_pdf(beginning) is is_pdf


@pytest.mark.parametrize("size", [(960, 540), (14400, 3), (1, 1), (0, 0), (200, 14400)])
def test_no_page_makes_a_large_picture(size: tuple[float, float]) -> None:
    assert max(size) * image_scale(*size) <= IMAGE_LONGEST_PX


@pytest.mark.parametrize(
    ("picture", "thumbnail"),
    [
        ((1600, 900), (320, 180)),
        ((900, 1600), (320, 569)),
        ((10, 1600), (4, 640)),
        ((100, 50), (100, 50)),
        ((1600, 1), (320, 1)),
    ],
)
def test_a_thumbnail_is_small_in_both_directions(picture: tuple[int, int], thumbnail: tuple[int, int]) -> None:
    assert thumbnail_size(*picture) == thumbnail


def test_words_lose_what_cannot_be_shown_or_kept() -> None:
    assert clean("a\0b\r\n c\ud800\u2028d\ue000 e\u0301") == "a b c d e\u0301"


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        ([("7b", 10), ("The water cycle", 40), ("Where from?", 20)], "The water cycle"),
        ([("First", 20), ("Second", 21)], "First"),
        ([("•••", 90), ("  ", 90), ("Rain", 12)], "Rain"),
        ([("دورة الماء", 30)], "دورة الماء"),
        ([], ""),
        ([("x" * 300, 12)], "x" * 120),
        ([("small", 10)] * 12 + [("too late", 99)], "small"),
    ],
)
def test_the_tallest_of_the_first_lines_is_the_heading(lines: list[tuple[str, float]], title: str) -> None:
    assert title_of(lines) == title


@pytest.mark.parametrize(
    ("file_name", "title"),
    [
        ("Vulkane.pdf", "Vulkane"),
        ("Cells .PDF", "Cells"),
        ("notes", "notes"),
        ("水の循環.pdf", "水の循環"),
        (".pdf", ".pdf"),
        ("v1.pdf.pdf", "v1.pdf"),
    ],
)
def test_a_deck_is_called_as_its_file_is(file_name: str, title: str) -> None:
    assert deck_title(file_name) == title
