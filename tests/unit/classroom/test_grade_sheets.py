"""Tables of grades from every spreadsheet, and back."""

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom.grades.sheets import (
    BadRow,
    Fault,
    NotATable,
    SheetGrade,
    SheetItem,
    SheetPerson,
    column_labels,
    decode,
    read_grades,
    write_sheet,
)

ESSAY, TEST, AGAIN = (UUID(int=number) for number in (1, 2, 3))
ZOE, MEI, AMIR, OTHER_ZOE = (UUID(int=number) for number in (11, 12, 13, 14))
ITEMS = [
    SheetItem(id=ESSAY, title="Essay"),
    SheetItem(id=TEST, title="Tést; no. 1"),
    SheetItem(id=AGAIN, title="essay", marks={"good": Decimal(3)}),
]
PEOPLE = [
    SheetPerson(id=ZOE, name="Zoë Brandt", email="zoe@school.example"),
    SheetPerson(id=MEI, name="林美", email="mei@school.example"),
    SheetPerson(id=AMIR, name="أمير حداد", email="amir@school.example"),
]


def grade(item: UUID, person: UUID, points: str | None) -> SheetGrade:
    return SheetGrade(item_id=item, user_id=person, points=None if points is None else Decimal(points))


TABLE = 'name;Essay;"Tést; no. 1";Remark\nZoë Brandt;8,5;;great\n'


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TABLE.encode(), "utf-8-sig"),
        (TABLE.encode("utf-8-sig"), "utf-8-sig"),
        (TABLE.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + TABLE.encode("utf-16-be"), "utf-16"),
        (TABLE.encode("utf-16-le"), "utf-16-le"),
        (TABLE.encode("utf-16-be"), "utf-16-be"),
        (TABLE.encode("windows-1252"), "windows-1252"),
    ],
)
def test_a_table_is_read_in_whatever_encoding_it_was_saved(content: bytes, encoding: str) -> None:
    found = read_grades(content, ITEMS, PEOPLE)
    assert found.encoding == encoding
    assert found.grades == [grade(ESSAY, ZOE, "8.50")]
    assert (found.bad, found.unknown_columns) == ([], ["Remark"])


@pytest.mark.parametrize("content", [b"\x81\x8d\xff", b"na\0me", b"\xff\xfe\x00", b"\xff\xfe\x00\x00a\x00\x00\x00"])
def test_what_is_no_text_is_refused(content: bytes) -> None:
    with pytest.raises(NotATable, match="unknown_encoding"):
        decode(content)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("\n \n", "empty"),
        ("points,Essay\n1,2", "no_students"),
        ("name,Poem\nZoë Brandt,2", "no_items"),
        ('name,Essay\n"Zoë,2', "damaged"),
        ("name,Essay" + "," * 400, "too_large"),
    ],
)
def test_what_is_no_table_of_grades_is_refused(text: str, code: str) -> None:
    with pytest.raises(NotATable, match=code):
        read_grades(text.encode(), ITEMS, PEOPLE)


def test_a_table_with_too_many_rows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("classroom.grades.sheets.ROWS_MAX", 2)
    with pytest.raises(NotATable, match="too_large"):
        read_grades(b"name,Essay\na,1\nb,2", ITEMS, PEOPLE)


def test_people_are_found_by_id_then_address_then_name() -> None:
    rows = [f"{ZOE},mei@school.example,林美,1", ",MEI@school.example,,2", ",,أمير حداد,3"]
    found = read_grades("\n".join(["user_id,E-Mail,Name,Essay", *rows]).encode(), ITEMS, PEOPLE)
    assert found.grades == [grade(ESSAY, ZOE, "1"), grade(ESSAY, MEI, "2"), grade(ESSAY, AMIR, "3")]


def test_every_bad_row_is_told_with_its_line() -> None:
    lines = [
        "sep=,",
        "name,essay (2),Essay,total_percent,letter",
        "Zoë Brandt,good,12345678,3,A",
        "",
        "Nobody,1,1",
        "林美,great,9.999,1,,more",
        "أمير حداد,excused,-1",
        "أمير حداد,3,4",
        ",3,4",
        "Zoé",
    ]
    found = read_grades("\r\n".join(lines).encode(), ITEMS, PEOPLE)
    assert found.grades == [grade(AGAIN, ZOE, "3"), grade(AGAIN, AMIR, None)]
    assert found.bad == [
        BadRow(line=3, fault=Fault.NOT_A_GRADE, column="Essay", value="12345678"),
        BadRow(line=5, fault=Fault.UNKNOWN_STUDENT, column=None, value="Nobody"),
        BadRow(line=6, fault=Fault.TOO_MANY_CELLS, column=None, value="林美"),
        BadRow(line=7, fault=Fault.NOT_A_GRADE, column="Essay", value="-1"),
        BadRow(line=8, fault=Fault.STUDENT_TWICE, column=None, value="أمير حداد"),
        BadRow(line=9, fault=Fault.UNKNOWN_STUDENT, column=None, value=""),
        BadRow(line=10, fault=Fault.UNKNOWN_STUDENT, column=None, value="Zoé"),
    ]
    assert found.unknown_columns == []


def test_two_people_of_one_name_cannot_be_told_apart_by_it() -> None:
    people = [*PEOPLE, SheetPerson(id=OTHER_ZOE, name="Zoë Brandt", email="z@school.example")]
    found = read_grades("name,Essay\nzoë brandt,2".encode(), ITEMS, people)
    assert [(bad.line, bad.fault) for bad in found.bad] == [(2, Fault.SEVERAL_STUDENTS)]


def test_a_title_that_comes_again_gets_a_number() -> None:
    assert column_labels(["Test", "test", "Essay", "TEST"]) == ["Test", "test (2)", "Essay", "TEST (3)"]


def test_what_looks_like_a_formula_is_kept_from_being_one_and_read_back() -> None:
    items = [SheetItem(id=ESSAY, title="=1+1")]
    people = [SheetPerson(id=ZOE, name="@zoe", email="z@school.example")]
    text = write_sheet(["name", "=1+1"], [["@zoe", Decimal("8.50")], [None, ""]])
    assert text == "\ufeffname,'=1+1\r\n'@zoe,8.50\r\n,\r\n"
    assert read_grades(text.encode(), items, people).grades == [grade(ESSAY, ZOE, "8.50")]


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for beginning in (b"", b"name,Essay\n", b"\xff\xfe"):
        try:
            read_grades(beginning + content, ITEMS, PEOPLE)
        except NotATable as refused:
            assert refused.code  # noqa: PT017 -- either way is right
