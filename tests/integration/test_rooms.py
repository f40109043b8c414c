"""What administrators and support see of open documents, and do with them: the real server, stock Yjs clients."""

from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from pycrdt import Doc, Map

from tests.conftest import run_sql
from tests.integration.conftest import Api
from tests.running_server import RunningServer, http_client, lectern
from tests.school import PASSWORD, Account, School
from tests.yjs_peers import Peer, Peers, yjs_peers

pytestmark = [pytest.mark.node, pytest.mark.postgres]

CALLS = [
    ("GET", "/admin/rooms"),
    ("GET", "/admin/rooms/{id}"),
    ("POST", "/admin/rooms/{id}/kick"),
    ("POST", "/admin/rooms/{id}/flush"),
    ("GET", "/admin/documents/{id}/export?format=json"),
]


@pytest.fixture
async def peers() -> AsyncIterator[Peers]:
    async with yjs_peers() as running:
        yield running


def administrator(server: RunningServer) -> httpx.Client:
    """Sign in an administrator of a running server."""
    email = "office@school.example"
    created = lectern("create-admin", "--email", email, settings=server.settings, text=PASSWORD + "\n")
    assert created.returncode == 0, created.stderr
    api = http_client(server.url)
    api.headers["Authorization"] = f"Bearer {School(server.url).sign_in(email, api)}"
    return api


class Watched:
    """A class at work on a board, and an administrator who looks on."""

    def __init__(self, server: RunningServer, office: httpx.Client) -> None:
        self.server = server
        self.office = office
        self.school = School(server.url)
        self.teacher = self.school.register("Ms. Okafor", "teacher")
        self.zoe = self.school.register("Zoë", "student")
        self.class_id: str = self.school.open_class(self.teacher, self.zoe, title="化学 9b")["id"]
        self.board: str = self.school.open_board(self.teacher, self.class_id, title="The cell")["id"]
        self.room = f"/api/admin/rooms/{self.board}"
        self.export = f"/api/admin/documents/{self.board}/export"

    async def enter(self, peers: Peers, person: Account, dialect: str = "hocuspocus") -> Peer:
        peer = await peers.open(dialect, self.server.websocket_url, self.board, person.token)
        return await peer.synced()

    def get(self, path: str, **options: Any) -> Any:
        return self.office.get(path, **options).raise_for_status().json()

    def sql(self, statement: str) -> None:
        run_sql(self.server.settings["database_url"], statement)


@pytest.fixture(scope="module")
def office(shared_server: RunningServer) -> httpx.Client:
    return administrator(shared_server)


@pytest.fixture
def watched(shared_server: RunningServer, office: httpx.Client) -> Watched:
    return Watched(shared_server, office)


@pytest.mark.parametrize(("method", "path"), CALLS)
async def test_only_the_office_sees_rooms(*, api: Api, method: str, path: str, is_problem: Callable[..., None]) -> None:
    address = path.format(id=uuid4())
    for role in ("student", "teacher"):
        person = await api.person(role)
        is_problem(await person.request(method, address), 403, "forbidden")
    is_problem(await api.client().request(method, address), 401, "token_missing")


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_support_may_look_and_do_nothing(watched: Watched, method: str, path: str) -> None:
    support = watched.school.register("Sam", "student")
    watched.sql(f"UPDATE users SET role = 'support' WHERE id = '{UUID(support.id)}'")
    answer = support.api.request(method, "/api" + path.format(id=watched.board))
    if path.startswith("/admin/rooms") and method == "GET":
        # Nobody has the board open: support learns that, as administrators do.
        assert answer.status_code == (404 if "{id}" in path else 200)
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize(("method", "path"), CALLS[1:])
async def test_what_is_not_open_or_not_there_is_not_found(
    *, api: Api, method: str, path: str, is_problem: Callable[..., None]
) -> None:
    admin = await api.admin()
    is_problem(await admin.request(method, path.format(id=uuid4())), 404, "not_found")
    is_problem(await admin.request(method, path.format(id="not-an-id")), 404, "not_found")


async def test_wrong_requests_are_refused_by_field(api: Api, is_problem: Callable[..., None]) -> None:
    admin = await api.admin()
    is_problem(await admin.post(f"/admin/rooms/{uuid4()}/kick", {"user_id": "x"}), 422, "validation_failed", "user_id")
    is_problem(await admin.post(f"/admin/rooms/{uuid4()}/kick", {"who": "x"}), 422, "validation_failed", "who")
    is_problem(
        await admin.get(f"/admin/documents/{uuid4()}/export?format=excalidraw"), 422, "validation_failed", "format"
    )
    is_problem(await admin.get("/admin/rooms?cursor=x"), 422, "validation_failed", "cursor")


async def test_an_open_room_is_shown_with_who_is_in_it(watched: Watched, peers: Peers) -> None:
    teacher = await watched.enter(peers, watched.teacher)
    await watched.enter(peers, watched.teacher, "y-websocket")
    await watched.enter(peers, watched.zoe, "y-websocket")
    await teacher.do("set", root="elements", key="a", value={"n": 1})
    await teacher.saved()
    room = watched.get(watched.room)
    expected = {
        "document_id": watched.board,
        "title": "The cell",
        "class_id": watched.class_id,
        "class_title": "化学 9b",
        "kind": "whiteboard",
        "session_count": 3,
        "people_count": 2,
        "congested_count": 0,
        "backlog": 0,
    }
    assert room.items() >= expected.items()
    assert room["seq"] >= 1
    assert room["size"] > 10
    seen = [(each["name"], each["role"], each["access"], each["dialect"]) for each in room["sessions"]]
    assert seen == [
        ("Ms. Okafor", "teacher", "write", "hocuspocus"),
        ("Ms. Okafor", "teacher", "write", "y-websocket"),
        ("Zoë", "student", "write", "y-websocket"),
    ]
    assert all(each["joined_at"].endswith("Z") for each in room["sessions"])
    for text in ("THE CELL", "化学 9", "Zoë", watched.board):
        found = watched.get("/api/admin/rooms", params={"query": text})["items"]
        assert watched.board in [each["document_id"] for each in found]
    assert watched.get("/api/admin/rooms", params={"query": "no such text"})["items"] == []


async def test_a_long_list_of_rooms_comes_in_pages(watched: Watched, peers: Peers) -> None:
    boards = [watched.board]
    await watched.enter(peers, watched.teacher)
    for title in ("Two", "Three"):
        boards.append(watched.school.open_board(watched.teacher, watched.class_id, title=title)["id"])
        peer = await peers.open("y-websocket", watched.server.websocket_url, boards[-1], watched.teacher.token)
        await peer.synced()
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = watched.get("/api/admin/rooms", params={"limit": 1, **({"cursor": cursor} if cursor else {})})
        seen += [each["document_id"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert [each for each in seen if each in boards] == boards[::-1]
    assert len(seen) == len(set(seen))


async def test_when_all_are_sent_out_stock_clients_come_back_with_their_work(watched: Watched, peers: Peers) -> None:
    teacher = await watched.enter(peers, watched.teacher)
    zoe = await watched.enter(peers, watched.zoe, "y-websocket")
    for number in range(20):
        await zoe.do("set", root="elements", key=f"e{number}", value=number)
    answer = watched.office.post(f"{watched.room}/kick")
    assert (answer.status_code, answer.json()) == (200, {"sessions_ended": 2})
    await zoe.heard(event="closed", code=1012)
    await teacher.heard(event="closed", code=1012)
    await zoe.synced()
    await teacher.synced()
    await teacher.becomes(lambda value: len(value) == 20, "read", map="elements")


@pytest.mark.parametrize("dialect", ["y-websocket", "hocuspocus"])
async def test_one_person_who_is_sent_out_stays_out_until_they_open_it_again(
    watched: Watched, peers: Peers, dialect: str
) -> None:
    teacher = await watched.enter(peers, watched.teacher)
    zoe = await watched.enter(peers, watched.zoe, dialect)
    await zoe.do("set", root="elements", key="kept", value=1)
    await teacher.becomes(lambda value: value == {"kept": 1}, "read", map="elements")
    answer = watched.office.post(f"{watched.room}/kick", json={"user_id": watched.zoe.id})
    assert (answer.status_code, answer.json()) == (200, {"sessions_ended": 1})
    if dialect == "hocuspocus":
        await zoe.heard(event="denied", reason="ended_by_administrator")
    else:
        await zoe.heard(event="closed", code=4403)
    room = watched.get(watched.room)
    assert [each["name"] for each in room["sessions"]] == ["Ms. Okafor"]
    assert not [event for event in teacher.events if event["event"] in ("closed", "denied")]
    again = await watched.enter(peers, watched.zoe, dialect)
    assert await again.do("read", map="elements") == {"kept": 1}
    # Only the client that was opened anew: the one that was sent out has not come back.
    assert len(watched.get(watched.room)["sessions"]) == 2
    assert watched.office.post(f"{watched.room}/kick", json={"user_id": str(uuid4())}).json() == {"sessions_ended": 0}


async def test_flushing_keeps_a_snapshot_of_all_that_was_accepted(watched: Watched, peers: Peers) -> None:
    zoe = await watched.enter(peers, watched.zoe)
    for number in range(5):
        await zoe.do("set", root="elements", key=f"e{number}", value=number)
    await zoe.saved()
    answer = watched.office.post(f"{watched.room}/flush")
    assert answer.status_code == 200
    assert answer.json()["seq"] == watched.get(watched.room)["seq"]
    # Only what is in a snapshot is left when the rows are gone.
    watched.sql(f"DELETE FROM document_updates WHERE document_id = '{UUID(watched.board)}'")
    assert len(watched.get(watched.export, params={"format": "json"})["elements"]) == 5


async def test_exports_equal_what_people_see_open_or_not(watched: Watched, peers: Peers) -> None:
    closed = watched.office.get(watched.export, params={"format": "json"})
    assert closed.json()["elements"] == {}
    zoe = await watched.enter(peers, watched.zoe)
    await zoe.do("set", root="elements", key="a", value={"text": "Zoë 林美"})
    await zoe.saved()
    exported = watched.office.get(watched.export, params={"format": "json"})
    assert exported.json()["elements"] == await zoe.do("read", map="elements")
    assert exported.headers["content-disposition"].startswith("attachment;")
    document: Doc[Any] = Doc({"elements": Map()})
    document.apply_update(watched.office.get(watched.export, params={"format": "yjs"}).content)
    assert document.get("elements", type=Map).to_py() == {"a": {"text": "Zoë 林美"}}
    watched.teacher.api.delete(f"/api/documents/{watched.board}").raise_for_status()
    assert watched.office.get(watched.export, params={"format": "json"}).json() == exported.json()


async def test_a_document_is_brought_back_as_it_was(watched: Watched, peers: Peers) -> None:
    zoe = await watched.enter(peers, watched.zoe, "y-websocket")
    teacher = await watched.enter(peers, watched.teacher)
    await teacher.do("set", root="elements", key="a", value=1)
    await teacher.saved()
    seq = watched.get(watched.room)["seq"]
    await teacher.do("set", root="elements", key="b", value=2)
    await teacher.saved()
    address = f"/api/admin/documents/{watched.board}/restore"
    for body, status in (({}, 422), ({"seq": -1}, 422), ({"seq": 9_999}, 404), ({"at": "yesterday"}, 422)):
        assert watched.office.post(address, json=body).status_code == status
    assert watched.teacher.api.post(address, json={"seq": seq}).status_code == 403
    restored = watched.office.post(address, json={"seq": seq})
    assert (restored.status_code, restored.json()) == (200, {"epoch": 2})
    await zoe.heard(event="closed", code=4409)
    assert watched.get(watched.export, params={"format": "json"})["elements"] == {"a": 1}
    again = watched.office.post(address, json={"at": "2000-01-01T00:00:00Z"})
    assert (again.status_code, again.json()) == (200, {"epoch": 3})
    assert watched.get(watched.export, params={"format": "json"})["elements"] == {}


async def test_what_is_done_is_logged_with_who_did_it(watched: Watched, peers: Peers) -> None:
    await watched.enter(peers, watched.zoe)
    admin = watched.get("/api/me")["id"]
    for call in (
        watched.office.post(f"{watched.room}/flush"),
        watched.office.post(f"{watched.room}/kick", json={"user_id": watched.zoe.id}),
        watched.office.get(watched.export, params={"format": "json"}),
    ):
        call.raise_for_status()
    lines = [line for line in watched.server.output.splitlines() if admin in line and watched.board in line]
    assert [word for line in lines for word in ("flushed", "kicked", "exported") if word in line] == [
        "flushed",
        "kicked",
        "exported",
    ]
    assert watched.zoe.id in lines[1]
