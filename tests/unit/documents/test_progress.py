"""Progress boards as Yjs documents."""

import random
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrdt import Array, Doc, Map

from documents.kinds import Kind
from documents.progress import (
    REMARK_MAX_CHARS,
    Board,
    Cell,
    Column,
    State,
    put_board,
    put_cell,
    put_columns,
    put_person,
    put_remark,
    put_remarks,
    remark_of,
)
from documents.reading import declare, read_roots

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
A, B, C = (Column(id=name, title=name.upper(), type="task") for name in "abc")
OPENED = Cell(state=State.OPENED, at=NOON)


def new_doc() -> Doc[Any]:
    doc: Doc[Any] = Doc()
    declare(doc, Kind.PROGRESS)
    return doc


def content(doc: Doc[Any]) -> dict[str, Any]:
    return read_roots(Kind.PROGRESS, [doc.get_update()])


def changes(doc: Doc[Any], change: Any, *arguments: Any) -> bool:
    """Run a change and tell whether it wrote anything."""
    before = doc.get_update()
    with doc.transaction():
        change(doc, *arguments)
    return doc.get_update() != before


def test_states_have_an_order() -> None:
    assert [state.rank for state in State] == [1, 2, 3, 4]


def test_a_board_is_shown_as_the_interface_says() -> None:
    doc = new_doc()
    board = Board(
        columns=[
            Column(id="a", title="Board", type="whiteboard", due_at=NOON),
            Column(id="b", title="Talk", type="presentation", hidden=True),
        ],
        people={"zoe": "Zoë", "mei": "林美"},
        cells={
            "zoe": {
                "a": Cell(state=State.GRADED, score=2.5, at=NOON),
                "b": Cell(state=State.WORKING, stuck=True, at=NOON),
            },
            "mei": {"a": Cell(state=None, stuck=True, at=NOON)},
        },
        remarks={"zoe": {"a": "Well drawn."}},
    )
    put_board(doc, board)
    put_remarks(doc, board.remarks)
    assert content(doc) == {
        "columns": [
            {"id": "a", "title": "Board", "type": "whiteboard", "due_at": "2026-03-02T12:00:00.000Z"},
            {"id": "b", "title": "Talk", "type": "presentation", "due_at": None, "hidden": True},
        ],
        "people": {"zoe": {"name": "Zoë"}, "mei": {"name": "林美"}},
        "rows": {
            "zoe": {
                "a": {"state": "graded", "score": 2.5, "at": "2026-03-02T12:00:00.000Z"},
                "b": {"state": "stuck", "score": None, "at": "2026-03-02T12:00:00.000Z"},
            },
            "mei": {"a": {"state": "stuck", "score": None, "at": "2026-03-02T12:00:00.000Z"}},
        },
        "marks": {"zoe": {"a": "Well drawn."}},
    }


def test_what_is_right_already_is_not_written_again() -> None:
    doc = new_doc()
    board = Board(columns=[A, B], people={"zoe": "Zoë"}, cells={"zoe": {"a": OPENED}}, remarks={"zoe": {"a": "!"}})
    assert changes(doc, put_board, board)
    assert changes(doc, put_remarks, board.remarks)
    assert not changes(doc, put_board, board)
    assert not changes(doc, put_remarks, board.remarks)
    assert not changes(doc, put_person, "zoe", board)
    assert not changes(doc, put_cell, "zoe", "a", OPENED)
    assert not changes(doc, put_cell, "zoe", "b", None)
    assert not changes(doc, put_cell, "nobody", "b", None)
    assert not changes(doc, put_remark, "zoe", "a", "!")
    assert not changes(doc, put_person, "nobody", board)


def test_cells_and_remarks_come_and_go_one_by_one() -> None:
    doc = new_doc()
    put_cell(doc, "zoe", "a", OPENED)
    put_cell(doc, "zoe", "b", OPENED)
    put_remark(doc, "zoe", "a", "Go on!")
    put_cell(doc, "zoe", "a", None)
    assert content(doc)["rows"]["zoe"].keys() == {"b"}
    assert content(doc)["marks"] == {"zoe": {"a": "Go on!"}}
    put_remark(doc, "zoe", "a", None)
    assert content(doc)["marks"] == {"zoe": {}}


def test_one_change_is_small() -> None:
    doc = new_doc()
    people = {f"00000000-0000-7000-8000-{number:012}": f"Person {number}" for number in range(40)}
    columns = [Column(id=f"10000000-0000-7000-8000-{number:012}", title="A", type="task") for number in range(30)]
    rows = {person: {column.id: OPENED for column in columns} for person in people}
    put_board(doc, Board(columns=columns, people=people, cells=rows))
    before = doc.get_state()
    put_cell(doc, next(iter(people)), columns[0].id, Cell(state=State.WORKING, at=NOON))
    assert len(doc.get_update(before)) < 200


def test_a_person_joins_with_what_is_known_and_leaves_with_all_of_it() -> None:
    doc = new_doc()
    both = Board(
        columns=[A],
        people={"zoe": "Zoë", "mei": "林美"},
        cells={"zoe": {"a": OPENED}, "mei": {"a": OPENED}},
        remarks={"zoe": {"a": "Hm."}},
    )
    put_board(doc, both)
    put_remarks(doc, both.remarks)
    put_person(doc, "zoe", Board(columns=[A]))
    assert content(doc)["people"] == {"mei": {"name": "林美"}}
    assert content(doc)["rows"].keys() == {"mei"}
    assert content(doc)["marks"] == {}
    put_person(doc, "zoe", both)
    assert content(doc)["marks"] == {"zoe": {"a": "Hm."}}
    put_person(doc, "zoe", Board(columns=[A], people={"zoe": "Zoe"}))
    put_person(doc, "zoe", Board(columns=[A], people={"zoe": "Zoe"}))
    assert content(doc)["people"]["zoe"] == {"name": "Zoe"}
    assert content(doc)["rows"].keys() == {"mei"}


def test_a_board_keeps_the_remarks_on_its_people_and_drops_those_on_strangers() -> None:
    doc = new_doc()
    put_remarks(doc, {"zoe": {"a": "Stays."}, "gone": {"a": "Goes."}})
    put_board(doc, Board(columns=[A], people={"zoe": "Zoë"}))
    assert content(doc)["marks"] == {"zoe": {"a": "Stays."}}


@given(st.lists(st.permutations("abcdef").map(lambda ids: ids[:4]), min_size=1, max_size=6))
def test_columns_end_up_in_the_order_that_was_asked_for(orders: list[list[str]]) -> None:
    doc = new_doc()
    for order in orders:
        put_columns(doc, [Column(id=name, title=name, type="task") for name in order])
        assert [column["id"] for column in content(doc)["columns"]] == order


def test_a_renamed_column_stays_where_it_is() -> None:
    doc = new_doc()
    put_columns(doc, [Column(id="a", title="A", type="task", hidden=True), B])
    first = doc.get("columns", type=Array)[0]
    put_columns(doc, [Column(id="a", title="New", type="task"), B])
    assert content(doc)["columns"][0] == {"id": "a", "title": "New", "type": "task", "due_at": None}
    assert first["title"] == "New"


BROKEN = [None, True, 1, float("nan"), "text", b"bytes", ["a"], {"id": "a"}, {"state": True}, {"score": float("inf")}]


def spoil(doc: Doc[Any], seed: int) -> None:
    """Write nonsense where a stock client may write."""
    chance = random.Random(seed)
    columns: Array[Any] = doc.get("columns", type=Array)
    for _ in range(4):
        columns.insert(chance.randint(0, len(columns)), chance.choice([*BROKEN, Map({"id": "a"}), Map({"id": 5})]))
    for name in ("rows", "people", "marks"):
        root: Map[Any] = doc.get(name, type=Map)
        for key in ("zoe", "mei", "stranger"):
            if chance.random() < 0.5:
                root[key] = chance.choice([*BROKEN, Map({"a": chance.choice(BROKEN)}), Array([1]), Map({"a": Map({})})])


@pytest.mark.parametrize("seed", range(30))
def test_whatever_was_written_is_put_right(seed: int) -> None:
    board = Board(
        columns=[A, B, C],
        people={"zoe": "Zoë", "mei": "林美"},
        cells={"zoe": {"a": OPENED, "b": Cell(state=State.GRADED, score=1.0, at=NOON)}},
        remarks={"mei": {"a": "Hm."}},
    )
    doc, fresh = new_doc(), new_doc()
    for each in (doc, fresh):
        put_board(each, board)
        put_remarks(each, board.remarks)
    spoil(doc, seed)
    # On a spoilt document, everything else also does its work.
    put_cell(doc, "zoe", "c", OPENED)
    put_cell(doc, "mei", "c", None)
    put_remark(doc, "zoe", "a", "Hm.")
    put_board(doc, board)
    put_remarks(doc, board.remarks)
    assert content(doc) == content(fresh)
    assert not changes(doc, put_board, board)


def test_a_true_is_no_one() -> None:
    doc = new_doc()
    put_cell(doc, "zoe", "a", Cell(state=State.GRADED, score=1.0, at=NOON))
    doc.get("rows", type=Map)["zoe"]["a"] = {"state": "graded", "score": True, "at": "2026-03-02T12:00:00.000Z"}
    put_cell(doc, "zoe", "a", Cell(state=State.GRADED, score=1.0, at=NOON))
    assert content(doc)["rows"]["zoe"]["a"]["score"] == 1
    assert content(doc)["rows"]["zoe"]["a"]["score"] is not True


@pytest.mark.parametrize(
    ("marks", "remark"),
    [
        ({}, None),
        ({"zoe": {}}, None),
        ({"zoe": {"a": None}}, None),
        ({"zoe": {"a": " Well done. "}}, "Well done."),
        ({"zoe": {"a": "  "}}, None),
        ("nonsense", None),
        ({"zoe": "nonsense"}, "kept"),
        ({"zoe": {"a": 7}}, "kept"),
        ({"zoe": {"a": ["x"]}}, "kept"),
        ({"zoe": {"a": "x" * REMARK_MAX_CHARS}}, "x" * REMARK_MAX_CHARS),
        ({"zoe": {"a": "x" * (REMARK_MAX_CHARS + 1)}}, "kept"),
    ],
)
def test_remarks_of_other_programs_count_where_they_make_sense(marks: Any, remark: str | None) -> None:
    assert remark_of(marks, "zoe", "a", "kept") == remark
