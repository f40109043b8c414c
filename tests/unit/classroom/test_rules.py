"""Join codes and file names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom.classes.rules import JOIN_CODE_ALPHABET, new_join_code, read_join_code, shown_join_code
from classroom.files.names import clean_file_name
from classroom.files.rules import claim_fits


def test_codes_have_no_characters_that_look_alike():
    assert not set("01OILU") & set(JOIN_CODE_ALPHABET)
    assert len({new_join_code() for _ in range(1000)}) == 1000


@given(st.text(JOIN_CODE_ALPHABET, min_size=8, max_size=8), st.sampled_from(["{}", " {} ", "{}\n", "-{}-"]))
def test_a_code_is_read_as_it_is_shown_however_it_is_typed(code, around):
    for shown in (code, shown_join_code(code), shown_join_code(code).lower(), " ".join(code)):
        assert read_join_code(around.format(shown)) == code


@given(st.text(max_size=12))
def test_reading_gives_a_code_or_nothing(text):
    code = read_join_code(text)
    assert code is None or (len(code) == 8 and set(code) <= set(JOIN_CODE_ALPHABET))


@given(st.text(max_size=300))
def test_a_files_name_is_always_one_that_can_be_shown(name):
    shown = clean_file_name(name)
    assert 1 <= len(shown) <= 200
    assert not set(shown) & set("/\\\0\r\n")
    assert shown not in (".", "..")
    assert shown.isprintable() or shown.encode("utf-8")


@pytest.mark.parametrize(
    ("claimed", "found", "fits"),
    [
        ("image/png", "image/png", True),
        ("IMAGE/PNG; charset=x", "image/png", True),
        ("image/jpg", "image/jpeg", True),
        ("", "image/gif", True),
        ("application/octet-stream", "image/gif", True),
        ("image/png", "image/gif", False),
        ("text/html", "image/svg+xml", False),
    ],
)
def test_a_claim_must_be_what_was_found(claimed, found, fits):
    assert claim_fits(claimed, found) is fits
