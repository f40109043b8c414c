"""Which part of a file a request asks for, and under which name it is saved."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom.files.names import clean_file_name, content_disposition
from classroom.files.ranges import NotSatisfiable, Span, is_known, requested_span

ETAG = '"abc"'


def span(header: str | None, if_range: str | None = None, size: int = 100) -> Span | None:
    return requested_span(header, if_range, size=size, etag=ETAG)


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("bytes=0-0", Span(0, 1)),
        ("bytes=0-", Span(0, 100)),
        ("bytes=10-19", Span(10, 20)),
        ("bytes=90-1000", Span(90, 100)),
        ("bytes=-10", Span(90, 100)),
        ("bytes=-1000", Span(0, 100)),
        ("BYTES= 5-6 ", Span(5, 7)),
        # The whole is sent instead of what is malformed, has several parts, or another unit.
        (None, None),
        ("bytes=20-10", None),
        ("bytes=-", None),
        ("bytes=0-1,5-6", None),
        ("bytes=a-b", None),
        ("bytes=١-٢", None),
        ("lines=0-1", None),
        ("bytes=0-" + "9" * 30, None),
    ],
)
def test_a_range_is_read_as_the_rfc_says(header: str | None, found: Span | None) -> None:
    assert span(header) == found


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=500-600", "bytes=-0"])
def test_a_part_that_is_not_there_cannot_be_sent(header: str) -> None:
    with pytest.raises(NotSatisfiable):
        span(header)


def test_an_empty_file_has_no_part() -> None:
    for header in ("bytes=0-", "bytes=-5"):
        with pytest.raises(NotSatisfiable):
            span(header, size=0)


@pytest.mark.parametrize(
    ("if_range", "honoured"),
    [
        (ETAG, True),
        (f" {ETAG} ", True),
        ('"other"', False),
        (f"W/{ETAG}", False),
        ("Sat, 28 Nov 2026 08:00:00 GMT", False),
    ],
)
def test_a_part_is_only_sent_of_the_file_that_the_client_knows(if_range: str, honoured: bool) -> None:
    assert (span("bytes=0-9", if_range) is not None) is honoured


@given(st.text(max_size=30), st.integers(0, 50))
def test_whatever_is_asked_for_what_is_sent_is_inside_the_file(header: str, size: int) -> None:
    for wanted in (header, f"bytes={header}"):
        try:
            found = span(wanted, size=size)
        except NotSatisfiable:
            continue
        assert found is None or 0 <= found.start < found.stop <= size


@pytest.mark.parametrize(
    ("header", "known"),
    [(ETAG, True), (f'"x", W/{ETAG}', True), ("*", True), ('"x"', False), ("", False), (None, False)],
)
def test_a_copy_that_is_right_is_known_by_its_tag(header: str | None, known: bool) -> None:
    assert is_known(header, etag=ETAG) is known


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a.pdf", "attachment; filename=\"a.pdf\"; filename*=UTF-8''a.pdf"),
        ("Größe 1.pdf", "attachment; filename=\"Groe 1.pdf\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%201.pdf"),
        ("東京", "attachment; filename=\"file\"; filename*=UTF-8''%E6%9D%B1%E4%BA%AC"),
        ('a"; x="y', "attachment; filename=\"a x=y\"; filename*=UTF-8''a%22%3B%20x%3D%22y"),
    ],
)
def test_a_download_is_saved_under_its_name(name: str, header: str) -> None:
    assert content_disposition(name, shown=False) == header


@given(st.text(max_size=250), st.booleans())
def test_no_name_breaks_out_of_the_header(name: str, shown: bool) -> None:
    header = content_disposition(clean_file_name(name), shown=shown)
    found = re.fullmatch(
        r"(inline|attachment); filename=\"([^\"\\%;]+)\"; filename\*=UTF-8''([\w.~%-]+)", header, re.ASCII
    )
    assert found is not None and header.isascii() and header.isprintable()
    assert (found[1] == "inline") is shown
    assert unquote(found[3]) == clean_file_name(name)
