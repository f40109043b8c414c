"""A document's history: the work on it in bursts, a moment looked at, a moment brought back."""

import time
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from pycrdt import Doc, Map

from tests.conftest import run_sql
from tests.running_server import RunningServer, http_client, lectern
from tests.school import PASSWORD, Account, School
from tests.yjs_peers import Peers, yjs_peers

pytestmark = [pytest.mark.node, pytest.mark.postgres]


@pytest.fixture
async def peers() -> AsyncIterator[Peers]:
    async with yjs_peers() as running:
        yield running


class Lesson:
    """A class with a board, whose log the test writes."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        self.school = School(server.url)
        self.teacher = self.school.register("Ms. Okafor", "teacher")
        self.zoe = self.school.register("Zoë", "student")
        self.class_id: str = self.school.open_class(self.teacher, self.zoe)["id"]
        self.board: str = self.school.open_board(self.teacher, self.class_id)["id"]
        self.address = f"/api/documents/{self.board}/history"
        self._doc: Doc[Any] = Doc({"elements": Map()})

    def log(self, *rows: tuple[str, Account]) -> None:
        """Write one row each: at a time, by somebody; each adds an element named after its row."""
        for at, person in rows:
            before = self._doc.get_state()
            elements = self._doc.get("elements", type=Map)
            elements[f"e{len(elements) + 1}"] = {"type": "rectangle"}
            payload = self._doc.get_update(before).hex()
            self.sql(
                "WITH head AS (UPDATE document_heads SET seq = seq + 1"
                f" WHERE document_id = '{self.board}' RETURNING seq)"
                " INSERT INTO document_updates (document_id, seq, payload, user_id, created_at)"
                f" SELECT '{self.board}', seq, '\\x{payload}', '{person.id}', '{at}' FROM head"
            )

    def sql(self, statement: str) -> None:
        run_sql(self.server.settings["database_url"], statement)

    def history(self, **params: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.teacher.api.get(self.address, params=params).raise_for_status().json()
        return answer

    def elements(self, seq: int) -> list[str]:
        answer = self.teacher.api.get(f"{self.address}/{seq}/export", params={"format": "json"})
        return sorted(answer.raise_for_status().json()["elements"])


@pytest.fixture
def lesson(shared_server: RunningServer) -> Lesson:
    return Lesson(shared_server)


@pytest.fixture(scope="module")
def office(shared_server: RunningServer) -> Iterator[httpx.Client]:
    email = "history.office@school.example"
    created = lectern("create-admin", "--email", email, settings=shared_server.settings, text=PASSWORD + "\n")
    assert created.returncode == 0, created.stderr
    with http_client(shared_server.url) as api:
        api.headers["Authorization"] = f"Bearer {School(shared_server.url).sign_in(email, api)}"
        yield api


def shape(history: dict[str, Any]) -> list[tuple[int, int, int, list[str | None]]]:
    return [
        (each["first_seq"], each["last_seq"], each["changes"], [person["name"] for person in each["people"]])
        for each in history["items"]
    ]


def test_work_is_shown_in_bursts_with_who_did_it(lesson: Lesson) -> None:
    assert lesson.history()["items"] == []
    lesson.log(
        ("2026-03-02T09:01:00Z", lesson.teacher),
        ("2026-03-02T09:01:30Z", lesson.zoe),
        ("2026-03-02T09:02:00Z", lesson.zoe),
        # A pause.
        ("2026-03-02T09:08:30Z", lesson.teacher),
        ("2026-03-02T09:09:59Z", lesson.teacher),
        # No pause, but ten minutes of the clock are over.
        ("2026-03-02T09:10:01Z", lesson.zoe),
    )
    history = lesson.history()
    assert shape(history) == [
        (6, 6, 1, ["Zoë"]),
        (4, 5, 2, ["Ms. Okafor"]),
        (1, 3, 3, ["Zoë", "Ms. Okafor"]),
    ]
    first = history["items"][-1]
    assert (first["started_at"], first["ended_at"]) == ("2026-03-02T09:01:00Z", "2026-03-02T09:02:00Z")
    assert first["people"][0] == {
        "user_id": lesson.zoe.id,
        "name": "Zoë",
        "color": lesson.zoe.api.get("/api/me").json()["color"],
        "picture": None,
    }
    assert (history["title"], history["kind"], history["seq"], history["restorable"], history["next_cursor"]) == (
        "The cell",
        "whiteboard",
        6,
        True,
        None,
    )


def test_history_comes_in_pages(lesson: Lesson) -> None:
    lesson.log(*((f"2026-03-02T{hour:02}:00:00Z", lesson.zoe) for hour in range(7)))
    seen: list[int] = []
    cursor: str | None = None
    while True:
        page = lesson.history(limit=3, **({"cursor": cursor} if cursor else {}))
        seen += [each["first_seq"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [7, 6, 5, 4, 3, 2, 1]
    assert lesson.teacher.api.get(lesson.address, params={"cursor": "x"}).status_code == 422


def test_a_moment_is_shown_as_it_was(lesson: Lesson) -> None:
    lesson.log(*((f"2026-03-02T{hour:02}:00:00Z", lesson.zoe) for hour in range(3)))
    assert [lesson.elements(seq) for seq in range(4)] == [[], ["e1"], ["e1", "e2"], ["e1", "e2", "e3"]]
    assert lesson.teacher.api.get(f"{lesson.address}/4/export", params={"format": "json"}).status_code == 404
    scene = lesson.teacher.api.get(f"{lesson.address}/2/export", params={"format": "excalidraw"}).json()
    assert [element["id"] for element in scene["elements"]] == ["e1", "e2"]


def test_only_teachers_of_the_class_and_administrators_look_back(lesson: Lesson, office: httpx.Client) -> None:
    lesson.log(("2026-03-02T09:00:00Z", lesson.zoe))
    stranger = lesson.school.register("Mr. Other", "teacher")
    for method, path, body in (
        ("GET", "", None),
        ("GET", "/1/export?format=json", None),
        ("POST", "/restore", {"seq": 1}),
    ):
        assert lesson.zoe.api.request(method, lesson.address + path, json=body).status_code == 403
        assert stranger.api.request(method, lesson.address + path, json=body).status_code == 404
        assert httpx.request(method, lesson.server.url + lesson.address + path, json=body).status_code == 401
        assert office.request(method, lesson.address + path, json=body).status_code == 200
    assert office.get(f"/api/documents/{uuid4()}/history").status_code == 404
    lesson.teacher.api.delete(f"/api/documents/{lesson.board}").raise_for_status()
    assert lesson.teacher.api.get(lesson.address).status_code == 404
    assert office.get(lesson.address).status_code == 200


async def test_a_moment_comes_back_and_can_be_taken_back(lesson: Lesson, peers: Peers) -> None:
    zoe = await peers.open("hocuspocus", lesson.server.websocket_url, lesson.board, lesson.zoe.token)
    await zoe.synced()
    for number in (1, 2, 3):
        await zoe.do("set", root="elements", key=f"e{number}", value={"type": "rectangle"})
    await zoe.saved()
    top = lesson.history()["seq"]
    address = f"{lesson.address}/restore"
    for body, status in (({}, 422), ({"seq": -1}, 422), ({"seq": 9_999}, 404)):
        assert lesson.teacher.api.post(address, json=body).status_code == status
    answer = lesson.teacher.api.post(address, json={"seq": top - 1})
    assert (answer.status_code, answer.json()) == (200, {"epoch": 2, "replaced_seq": top})
    await zoe.heard(event="denied", reason="stale_epoch")
    assert lesson.elements(top + 1) == ["e1", "e2"]
    entry, before = lesson.history()["items"][:2]
    assert (entry["restored_seq"], entry["changes"]) == (top - 1, 1)
    assert [person["name"] for person in entry["people"]] == ["Ms. Okafor"]
    assert entry["restored_at"] is not None
    assert before["last_seq"] == top
    assert lesson.elements(top) == ["e1", "e2", "e3"]
    undone = lesson.teacher.api.post(address, json={"seq": top}).json()
    assert undone == {"epoch": 3, "replaced_seq": top + 1}
    assert lesson.elements(top + 2) == ["e1", "e2", "e3"]
    empty = lesson.teacher.api.post(address, json={"seq": 0}).json()
    assert lesson.elements(empty["replaced_seq"] + 1) == []
    assert lesson.history()["items"][0]["restored_at"] is None


def test_a_log_of_100_000_rows_is_looked_through_quickly(lesson: Lesson) -> None:
    lesson.sql(
        "INSERT INTO document_updates (document_id, seq, payload, user_id, created_at)"
        f" SELECT '{lesson.board}', n, '\\x0000', '{lesson.zoe.id}', '2026-01-01'::timestamptz + n * interval '1.5 s'"
        " FROM generate_series(1, 100000) AS n;"
        f" UPDATE document_heads SET seq = 100000 WHERE document_id = '{lesson.board}'"
    )
    lesson.sql("ANALYZE document_updates")
    changes, pages, slowest = 0, 0, 0.0
    cursor: str | None = None
    while True:
        started = time.perf_counter()
        page = lesson.history(limit=100, **({"cursor": cursor} if cursor else {}))
        slowest = max(slowest, time.perf_counter() - started)
        changes += sum(each["changes"] for each in page["items"])
        pages += 1
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert (changes, pages > 2) == (100_000, True)
    # Generous, for a machine that does something else as well.
    assert slowest < 2, f"{slowest:.3f} s"


def test_more_rows_at_once_than_a_page_looks_at_are_shown_in_parts(lesson: Lesson) -> None:
    lesson.sql(
        "INSERT INTO document_updates (document_id, seq, payload, user_id, created_at)"
        f" SELECT '{lesson.board}', n, '\\x0000', '{lesson.zoe.id}', '2026-01-01' FROM generate_series(1, 45000) AS n"
    )
    parts: list[int] = []
    cursor: str | None = None
    while True:
        page = lesson.history(**({"cursor": cursor} if cursor else {}))
        parts += [each["changes"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert parts == [20_000, 20_000, 5_000]
