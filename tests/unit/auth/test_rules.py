"""Addresses, names, passwords, colours, origins."""

import unicodedata
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from auth.models import AccountStatus
from auth.registration import RegistrationMode
from auth.rules import (
    COLORS,
    REPEAT_LIMIT,
    Comeback,
    clean_text,
    color_for,
    comeback,
    is_loopback,
    is_own_origin,
    like_pattern,
    normalise_email,
    normalise_password,
    password_or_none,
    sort_name,
    standing,
    status_after_registration,
    throttle_address,
)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Zoe@School.Example ", "zoe@school.example"),
        ("ZOE+Tag@school.example", "zoe+tag@school.example"),
        ("zoe\u0308@school.example", "zoë@school.example"),
        ("ZOË@school.example", "zoë@school.example"),
        ("用户@例え.jp", "用户@例え.jp"),
        ("a@xn--r8jz45g.jp", "a@例え.jp"),
    ],
)
def test_an_address_has_one_form(typed, kept):
    assert normalise_email(typed) == kept
    assert normalise_email(kept) == kept


@pytest.mark.parametrize(
    "typed", ["", "@", "a@", "@b.example", "a b@c.example", "a@b", "a@b..example", "a\n@b.example", "x" * 300]
)
def test_what_is_no_address_is_refused(typed):
    with pytest.raises(ValueError, match="e-mail address"):
        normalise_email(typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("  Zoe\u0308 ", "Zoë"), ("أمير\u200cحداد", "أمير\u200cحداد"), ("a\u200fb", "a\u200fb"), ("1", "1")],
)
def test_text_of_every_script_is_kept(typed, kept):
    assert clean_text(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "\u200b", "\u2003", "a\nb", "a\x7fb", "a\u2028b", "a\ud800b", "a\u202eb", "a\u2066b", "x" * 201],
)
def test_text_that_cannot_be_read_is_refused(typed):
    with pytest.raises(ValueError, match="must"):
        clean_text(typed)


@given(st.text(max_size=30))
def test_cleaning_twice_is_cleaning_once(text):
    try:
        cleaned = clean_text(text)
    except ValueError:
        assume(False)
        return
    assert clean_text(cleaned) == cleaned == unicodedata.normalize("NFC", cleaned)
    assert len(cleaned) <= 200


@pytest.mark.parametrize(
    ("name", "sorted_by"),
    [
        ("Zoë Ünal", "zoe unal"),
        ("Zoe\u0308", "zoe"),
        ("Łukasz Weiß", "lukasz weiss"),
        ("Ольга", "ольга"),
        ("Ａlex", "alex"),
    ],
)
def test_names_are_ordered_and_found_without_their_accents_and_case(name, sorted_by):
    assert sort_name(name) == sorted_by


def test_passwords_are_compared_whatever_keyboard_wrote_them():
    assert normalise_password("pa\u0308sswo\u0308rter") == normalise_password("pässwörter")
    assert normalise_password("  spaces count  ") == "  spaces count  "


@pytest.mark.parametrize("password", ["", "seven77", "x" * 201, "surrogate\ud800"])
def test_passwords_are_bounded(password):
    with pytest.raises(ValueError, match="must"):
        normalise_password(password)


def test_there_are_twelve_colours_and_people_get_all_of_them():
    assert len(set(COLORS)) == 12
    assert {color_for(uuid4()) for _ in range(1000)} == set(COLORS)
    somebody = uuid4()
    assert color_for(somebody) == color_for(somebody)


@pytest.mark.parametrize("mode", RegistrationMode)
@pytest.mark.parametrize("invited", [True, False])
def test_only_approval_without_an_invitation_leaves_an_account_waiting(mode, invited):
    waits = mode is RegistrationMode.APPROVAL and not invited
    assert status_after_registration(mode, invited=invited) is (
        AccountStatus.PENDING if waits else AccountStatus.ACTIVE
    )


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (None, "unknown"),
        ("testclient", "unknown"),
    ],
)
def test_a_network_address_stands_for_whoever_can_change_it(host, key):
    assert throttle_address(host) == key


@pytest.mark.parametrize(
    ("host", "is_it"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.0.0.1", False),
        (None, False),
        ("localhost", False),
    ],
)
def test_loopback_is_this_machine(host, is_it):
    assert is_loopback(host) is is_it


@pytest.mark.parametrize(
    ("origin", "host", "own"),
    [
        ("https://board.example", None, True),
        ("http://board.example", None, False),
        ("https://board.example:8443", None, False),
        ("http://127.0.0.1:8000", "127.0.0.1:8000", True),
        ("https://evil.example", "board.example", False),
        ("null", "null", False),
        ("", "", False),
    ],
)
def test_our_own_pages_are_known_by_their_origin(origin, host, own):
    assert is_own_origin(origin, public_url="https://board.example", host=host) is own


def test_wildcards_in_a_search_are_taken_literally():
    assert like_pattern(r"50%_\x") == r"%50\%\_\\x%"


def test_a_block_whose_time_is_over_is_none():
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    blocked, later = AccountStatus.BLOCKED, noon + timedelta(seconds=1)
    assert standing(blocked, blocked_until=None, at=noon) is blocked
    assert standing(blocked, blocked_until=later, at=noon) is blocked
    assert standing(blocked, blocked_until=noon, at=noon) is AccountStatus.ACTIVE
    for other in (AccountStatus.ACTIVE, AccountStatus.PENDING):
        assert standing(other, blocked_until=None, at=noon) is other


def test_a_typed_password_that_can_be_nobodys_is_none():
    assert password_or_none("correct horse") == "correct horse"
    assert password_or_none("short") is None


@pytest.mark.parametrize(
    ("later", "followed", "what"),
    [
        (timedelta(0), False, Comeback.REPEAT),
        (REPEAT_LIMIT, False, Comeback.REPEAT),
        (-REPEAT_LIMIT, False, Comeback.REPEAT),
        (REPEAT_LIMIT + timedelta(microseconds=1), False, Comeback.COPY),
        (timedelta(microseconds=1), True, Comeback.COPY),
        (timedelta(0), True, Comeback.OVERTAKEN),
        (timedelta(seconds=-1), True, Comeback.OVERTAKEN),
    ],
)
def test_a_refresh_token_that_comes_back_is_a_repeat_or_a_copy(later, followed, what):
    used_at = datetime(2026, 1, 1, tzinfo=UTC)
    assert comeback(used_at=used_at, arrived_at=used_at + later, followed=followed) is what
