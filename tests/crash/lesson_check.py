"""The rows of a lesson and its documents, read and compared behind the server's back.

Nothing here is the server's own code: the documents are made from their log by another CRDT library, and what they ought to say is worked
out from the rows once more.
"""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import y_py

ROOTS = {
    "poll": {"poll": "map", "results": "map"},
    "stage": {"stage": "map", "hands": "array"},
    "progress": {"columns": "array", "people": "map", "rows": "map", "marks": "map"},
}
Json = dict[str, Any]


@dataclass(frozen=True)
class Found:
    """What a stopped server has left: rows by table, and what the documents say."""

    rows: dict[str, list[Json]]
    documents: dict[UUID, Json]

    def of(self, table: str, **wanted: Any) -> list[Json]:
        return [row for row in self.rows[table] if wanted.items() <= row.items()]

    def one(self, table: str, **wanted: Any) -> Json:
        (row,) = self.of(table, **wanted)
        return row


TABLES = {
    "users": "select id, name from users",
    "sessions": "select id, class_id, state from sessions",
    "stages": "select * from stages",
    "raised_hands": "select * from raised_hands order by raised_at, user_id",
    "documents": "select id, class_id, kind, title, on_stage, presenter_id from documents",
    "polls": "select * from polls",
    "poll_rounds": "select * from poll_rounds",
    "poll_ballots": "select * from poll_ballots",
    "progress_boards": "select * from progress_boards",
    "progress_pages": "select * from progress_pages",
    "progress_columns": "select * from progress_columns",
    "progress_cells": "select * from progress_cells",
}


async def read(url: str) -> Found:
    """Read all rows and all logs at one moment; check that no log has a gap."""
    connection = await asyncpg.connect(url)
    await connection.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            rows = {name: [dict(row) for row in await connection.fetch(query)] for name, query in TABLES.items()}
            heads = {row["document_id"]: row["seq"] for row in await connection.fetch("select * from document_heads")}
            log = await connection.fetch("select document_id, seq, payload from document_updates order by seq")
    finally:
        await connection.close()
    documents = {}
    for document in rows["documents"]:
        if document["kind"] not in ROOTS:
            continue
        own = [row for row in log if row["document_id"] == document["id"]]
        assert [row["seq"] for row in own] == list(range(1, heads[document["id"]] + 1))
        documents[document["id"]] = said([row["payload"] for row in own], ROOTS[document["kind"]])
    return Found(rows, documents)


def said(updates: list[bytes], roots: dict[str, str]) -> Json:
    """Return what a document says, as the CRDT library's ancestor reads it."""
    doc = y_py.YDoc()
    for update in updates:
        y_py.apply_update(doc, update)
    found = {name: doc.get_map(name) if kind == "map" else doc.get_array(name) for name, kind in roots.items()}
    return {name: json.loads(root.to_json()) for name, root in found.items()}


def check_polls(found: Found) -> None:
    for poll in found.rows["polls"]:
        shown = found.documents[poll["document_id"]]
        if poll["state"] == "draft":
            assert shown == {"poll": {"id": str(poll["id"]), "state": "draft"}, "results": {}}
            continue
        visible = poll["published"] or poll["results"] == "live"
        facts = {
            "question": poll["question"],
            "type": poll["type"],
            "state": poll["state"],
            "published": visible,
            "results": poll["results"],
            "round": poll["round"],
        }
        assert facts.items() <= shown["poll"].items()
        assert moment(shown["poll"]["closes_at"]) == poll["closes_at"]
        rounds = {each["round"]: ballots_of(found, poll, each) for each in found.of("poll_rounds", poll_id=poll["id"])}
        now = rounds.pop(poll["round"], [])
        assert shown["results"]["voters"] == len(now)
        assert shown["results"]["round"] == poll["round"]
        assert ("counts" in shown["results"]) == visible
        if visible:
            assert shown["results"]["counts"] == counted(poll, now)
            earlier = {int(number): each["counts"] for number, each in shown["results"].get("rounds", {}).items()}
            assert earlier == {number: counted(poll, ballots) for number, ballots in rounds.items()}


def ballots_of(found: Found, poll: Json, number: Json) -> list[list[str]]:
    """Return the ballots of one round, and check that what is kept beside them agrees with them."""
    if poll["anonymous"]:
        ballots = [choices for _, choices in number["urn"] or []]
        assert len(number["marks"] or b"") == 16 * len(ballots)
    else:
        cast = found.of("poll_ballots", poll_id=poll["id"], round=number["round"])
        ballots = [row["choices"] for row in cast]
    assert number["tally"]["voters"] == len(ballots)
    return ballots


def counted(poll: Json, ballots: list[list[str]]) -> dict[str, int]:
    """Count ballots from the beginning, as their type says."""
    ids = [option["id"] for option in poll["settings"]["options"]]
    if poll["type"] == "ranking":
        return {each: sum(len(ids) - ballot.index(each) for ballot in ballots) for each in ids}
    marks = Counter(each for ballot in ballots for each in ballot)
    return dict(marks) if poll["type"] == "word_cloud" else {each: marks[each] for each in ids}


def check_stages(found: Found) -> None:
    for stage in found.rows["stages"]:
        shown = found.documents[stage["document_id"]]
        activity: Json = {"kind": stage["activity"]}
        if stage["shown_document_id"] is not None:
            document = found.one("documents", id=stage["shown_document_id"])
            activity |= {
                "document_id": str(document["id"]),
                "document_kind": document["kind"],
                "title": document["title"],
            }
        session = found.one("sessions", id=stage["session_id"])
        facts = {
            "state": session["state"],
            "locked": stage["locked"],
            "roam": stage["roam"],
            "presenter_id": None if stage["presenter_id"] is None else str(stage["presenter_id"]),
        }
        assert facts.items() <= shown["stage"].items()
        # A poll's title is its question only once it is opened; the stage keeps the one with which it was put there.
        assert untitled(shown["stage"]["activity"]) == untitled(activity)
        timer = shown["stage"]["timer"]
        assert moment(timer and timer["ends_at"]) == milliseconds(stage["timer_ends_at"])
        hands = found.of("raised_hands", session_id=stage["session_id"])
        assert [hand["user_id"] for hand in shown["hands"]] == [str(hand["user_id"]) for hand in hands]
        # Other classes have stages of their own.
        for document in found.of("documents", class_id=session["class_id"]):
            held = document["id"] == stage["shown_document_id"]
            expected = ("locked" if stage["locked"] else "shown") if held else "off"
            assert document["on_stage"] == expected
            assert document["presenter_id"] == (stage["presenter_id"] if held else None)


def untitled(activity: Json) -> Json:
    return {key: value for key, value in activity.items() if key != "title"}


def check_progress(found: Found) -> None:
    for board in found.rows["progress_boards"]:
        shown = found.documents[board["document_id"]]
        columns = [row for row in found.of("progress_columns", class_id=board["class_id"]) if not row["removed_at"]]
        columns.sort(key=lambda row: (row["position"], row["created_at"]))
        assert {each["id"] for each in shown["columns"]} == {str(row["id"]) for row in columns}
        cells = [cell for column in columns for cell in found.of("progress_cells", column_id=column["id"])]
        assert filled(shown["rows"]) == by_person(cells)
        for page in found.of("progress_pages", class_id=board["class_id"]):
            own = found.documents[page["document_id"]]
            assert filled(own["rows"]) == by_person([cell for cell in cells if cell["user_id"] == page["user_id"]])


def by_person(cells: list[Json]) -> Json:
    rows: dict[str, Json] = {}
    for cell in cells:
        state = "stuck" if cell["stuck"] or cell["state"] is None else cell["state"]
        shown = {"state": state, "score": cell["score"], "at": milliseconds(cell["changed_at"])}
        rows.setdefault(str(cell["user_id"]), {})[str(cell["column_id"])] = shown
    return rows


def filled(rows: Json) -> Json:
    return {
        person: {column: {**cell, "at": moment(cell["at"])} for column, cell in row.items()}
        for person, row in rows.items()
        if row
    }


def milliseconds(at: datetime | None) -> datetime | None:
    return None if at is None else at.replace(microsecond=at.microsecond // 1000 * 1000)


def moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)
