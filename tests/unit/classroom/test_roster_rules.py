"""Lists of people as schools have them: every usual encoding, separator and fault."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.registration import RegistrationMode
from classroom.roster.rules import (
    ROWS_MAX,
    BadRow,
    Fault,
    Known,
    Outcome,
    Roster,
    RosterInvalid,
    RosterRow,
    may_invite,
    read_roster,
    sort_out,
)

LIST = "E-Mail;Vorname;Nachname\r\nzoe@school.example;Zoë;Brandt\r\njuerg@school.example;Jürg;Müller\r\n"
ZOE = RosterRow(line=2, email="zoe@school.example", name="Zoë Brandt")


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (LIST.encode("utf-8"), "utf-8"),
        (LIST.encode("utf-8-sig"), "utf-8"),
        (b"\xff\xfe" + LIST.encode("utf-16-le"), "utf-16-le"),
        (b"\xfe\xff" + LIST.encode("utf-16-be"), "utf-16-be"),
        (LIST.encode("utf-16-le"), "utf-16-le"),
        (LIST.encode("utf-16-be"), "utf-16-be"),
        (LIST.encode("windows-1252"), "windows-1252"),
    ],
)
def test_every_usual_encoding_is_read_with_its_letters(data: bytes, encoding: str) -> None:
    roster = read_roster(data)
    assert roster.encoding == encoding
    assert roster.rows == [ZOE, RosterRow(line=3, email="juerg@school.example", name="Jürg Müller")]
    assert roster.bad == []


@pytest.mark.parametrize("data", [b"\xef\xbb\xbf\xff\xff", b"\xff\xfea", b"mail\x81\x8d@x.example"])
def test_an_unknown_encoding_is_told(data: bytes) -> None:
    with pytest.raises(RosterInvalid) as refused:
        read_roster(data)
    assert refused.value.code == "encoding_unknown"


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_every_usual_separator_is_seen(separator: str) -> None:
    roster = read_roster(LIST.replace(";", separator).encode())
    assert (roster.separator, roster.rows[0]) == (separator, ZOE)


def test_the_separator_that_excel_names_is_believed() -> None:
    roster = read_roster(b"sep=;\nname;email\nA, B, C, D;a@school.example\n")
    assert roster.rows == [RosterRow(line=3, email="a@school.example", name="A, B, C, D")]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("Name,E-mail address\n林美,mei@school.example", ("mei@school.example", "林美")),
        ("email,Full name\nAmir@School.Example,أمير حداد", ("amir@school.example", "أمير حداد")),
        ("Nachname,Mail\nO'Neil,o@school.example", ("o@school.example", "O'Neil")),
        ("First name,EMAIL\nAna,ana@school.example", ("ana@school.example", "Ana")),
        ("email\nonly@school.example", ("only@school.example", None)),
        ('Name,Email\n"Brandt, ""Zoë""",zoe@school.example', ("zoe@school.example", 'Brandt, "Zoë"')),
        ('Name,Email\n"Two\nlines",zoe@school.example', None),
    ],
)
def test_columns_are_known_by_their_titles(text: str, row: tuple[str, str | None] | None) -> None:
    roster = read_roster(text.encode())
    if row is None:
        assert [bad.fault for bad in roster.bad] == [Fault.BAD_NAME]
    else:
        assert [(each.email, each.name) for each in roster.rows] == [row]


def test_without_titles_the_addresses_tell_their_column() -> None:
    roster = read_roster(b"Zoe;zoe@school.example;Brandt\nMei;mei@school.example;\n")
    assert [(each.line, each.email, each.name) for each in roster.rows] == [
        (1, "zoe@school.example", "Zoe Brandt"),
        (2, "mei@school.example", "Mei"),
    ]


def test_every_bad_row_is_reported_with_its_line() -> None:
    roster = read_roster(
        b"email,name\n"
        b"good@school.example,Good\n"
        b"\n"
        b",Nobody\n"
        b"not an address,Bad\n"
        b"GOOD@school.example,Again\n"
        b"control@school.example,a\x07b\n"
        b"short\n"
        b"last@school.example\n"
    )
    assert [each.email for each in roster.rows] == ["good@school.example", "last@school.example"]
    assert roster.bad == [
        BadRow(line=4, fault=Fault.NO_EMAIL, text="Nobody"),
        BadRow(line=5, fault=Fault.BAD_EMAIL, text="not an address Bad"),
        BadRow(line=6, fault=Fault.DUPLICATE, text="GOOD@school.example Again", first_line=2),
        BadRow(line=7, fault=Fault.BAD_NAME, text="control@school.example ab"),
        BadRow(line=8, fault=Fault.BAD_EMAIL, text="short"),
    ]


def test_a_quotation_mark_that_is_never_closed_costs_its_row_only() -> None:
    roster = read_roster(
        b'email,name\na@school.example,"A\nb@school.example,B\n"c@school.example"x,C\nd@school.example,"D"\n'
    )
    assert [(each.line, each.email, each.name) for each in roster.rows] == [
        (3, "b@school.example", "B"),
        (5, "d@school.example", "D"),
    ]
    assert [(each.line, each.fault) for each in roster.bad] == [(2, Fault.UNREADABLE), (4, Fault.UNREADABLE)]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "no_email_column"),
        (b"\n\n", "no_email_column"),
        (b"email,name\n\n", "no_rows"),
        (b"name,class\nZoe,7b\n", "no_email_column"),
    ],
)
def test_what_is_no_list_is_told(data: bytes, code: str) -> None:
    with pytest.raises(RosterInvalid) as refused:
        read_roster(data)
    assert refused.value.code == code
    assert [bad.fault for bad in read_roster(b'"never closed').bad] == [Fault.UNREADABLE]


def test_a_list_is_bounded() -> None:
    row = "x,not an address\n"
    assert len(read_roster(("name,email\n" + row * ROWS_MAX).encode()).bad) == ROWS_MAX
    for data in (("name,email\n" + row * (ROWS_MAX + 1)).encode(), b"\n" * 4_000_000):
        with pytest.raises(RosterInvalid) as refused:
            read_roster(data)
        assert refused.value.code == "too_many_rows"


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        roster = read_roster(data)
    except RosterInvalid:
        return
    assert len({row.email for row in roster.rows}) == len(roster.rows)


def test_each_row_is_added_invited_left_or_refused() -> None:
    inside, outside, office = uuid4(), uuid4(), uuid4()
    rows = [
        RosterRow(line=line, email=f"{word}@school.example", name=None)
        for line, word in enumerate(("in", "out", "office", "new"), start=1)
    ]
    bad = [BadRow(line=9, fault=Fault.NO_EMAIL, text="")]
    roster = Roster(encoding="utf-8", separator=",", rows=rows, bad=bad)
    known = {
        "in@school.example": Known(user_id=inside, name="In", may_join=True),
        "out@school.example": Known(user_id=outside, name="Out", may_join=True),
        "office@school.example": Known(user_id=office, name="Office", may_join=False),
    }
    invited = sort_out(roster, known=known, members={inside}, may_invite=True)
    assert [outcome for _, outcome in invited.outcomes] == [Outcome.ALREADY_IN, Outcome.ADD, Outcome.INVITE]
    assert [(each.line, each.fault) for each in invited.bad] == [(3, Fault.NOT_FOR_CLASSES), (9, Fault.NO_EMAIL)]
    refused = sort_out(roster, known=known, members={inside}, may_invite=False)
    assert [(each.line, each.fault) for each in refused.bad] == [
        (3, Fault.NOT_FOR_CLASSES),
        (4, Fault.UNKNOWN_ADDRESS),
        (9, Fault.NO_EMAIL),
    ]


def test_teachers_invite_where_their_word_is_enough() -> None:
    assert [mode for mode in RegistrationMode if may_invite(mode)] == [
        RegistrationMode.OPEN,
        RegistrationMode.INVITATION,
    ]
