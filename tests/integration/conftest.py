"""An application made of the real routers on a real database, and people who use it."""

import itertools
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.routing import Mount

from auth.actions import create_admin
from auth.mail.postbox import Postbox
from auth.passwords import CHEAP_FOR_TESTS, Passwords
from auth.settings import AccountSettings
from auth.throttles import Throttles
from auth.tokens import TokenIssuer
from classroom.api import create_api
from classroom.demo import seed
from classroom.file_uses import FILE_USES
from classroom.files.limits import FileLimits
from classroom.files.links import FileLinks
from classroom.files.uses import FileDesk
from classroom.personal import household
from classroom.polls.desk import PollDesk
from classroom.progress.known import KnownProgress
from classroom.services import Services
from classroom.slides.work import SlideWork
from collab_server.desk import Desk
from collab_server.engine import Engine
from collab_server.metrics import Metrics
from collab_server.open_rooms import OpenRooms
from collab_server.ports import EditTransaction
from documents.kinds import Kind
from documents.writing import Change
from persistence.database import Database
from persistence.disk_files import DiskFiles
from persistence.edit_log import PostgresEditLog
from tests.conftest import run_sql, with_database
from tests.engine_host import LIMITS, ListedDoorkeeper
from tests.memory_log import MemoryLog

if TYPE_CHECKING:
    from tests.integration.class_archives import Demo
    from tests.integration.lesson_shelf import Shelf
    from tests.integration.teaching import Term

PUBLIC_URL = "http://lectern.example"
PASSWORD = "correct horse battery"
LOOPBACK = "127.0.0.1"


@dataclass
class Clock:
    """A clock that only moves when a test says so."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class RecordedLive:
    """Who was told that access changed: (user, document), None for all. Edits are real; `edited`: (document, seq) committed."""

    told: list[tuple[UUID | None, UUID | None]] = field(default_factory=list)

    edited: list[tuple[UUID, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._desk = Desk(
            PostgresEditLog(), lambda document_id, _epoch, seq, _update: self.edited.append((document_id, seq))
        )

    async def access_changed(self, *, user_id: UUID | None = None, document_id: UUID | None = None) -> None:
        self.told.append((user_id, document_id))

    def edit(
        self, transaction: EditTransaction, document_id: UUID, kind: Kind, change: Change, *, by: UUID | None = None
    ) -> None:
        self._desk.edit(transaction, document_id, kind, change, by=by)


class Client:
    """One person's program: it sends their access token, and keeps their cookies."""

    def __init__(self, app: Starlette, *, host: str = LOOPBACK) -> None:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False, client=(host, 4711))
        self.http = httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL)
        self.id: str = ""
        self.email: str = ""

    async def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        return await self.http.request(method, f"/api{path}", **options)

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.request("GET", path, **options)

    async def post(self, path: str, json: Any = None, **options: Any) -> httpx.Response:
        return await self.request("POST", path, json=json, **options)

    async def put(self, path: str, json: Any = None) -> httpx.Response:
        return await self.request("PUT", path, json=json)

    async def patch(self, path: str, json: Any = None) -> httpx.Response:
        return await self.request("PATCH", path, json=json)

    async def delete(self, path: str) -> httpx.Response:
        return await self.request("DELETE", path)

    async def sign_in(self, email: str, password: str = PASSWORD) -> httpx.Response:
        response = await self.post("/auth/login", {"email": email, "password": password})
        if response.status_code == 200:
            self.http.headers["Authorization"] = f"Bearer {response.json()['access_token']}"
            me = (await self.get("/me")).json()
            self.id, self.email = me["id"], me["email"]
        return response


class Api:
    """The application under test, and what it was put together from."""

    def __init__(self, application: FastAPI, *, services: Services, live: RecordedLive, clock: Clock) -> None:
        self.services = services
        self.live = live
        self.clock = clock
        self.api = application
        self.api.state.services = services
        self.app = Starlette(routes=[Mount("/api", self.api)])
        self._numbers = itertools.count(1)
        self._clients: list[Client] = []

    def client(self, *, host: str = LOOPBACK) -> Client:
        client = Client(self.app, host=host)
        self._clients.append(client)
        return client

    def configure(self, **accounts: Any) -> None:
        """Change settings of the accounts; the throttles start afresh."""
        settings = replace(self.services.accounts, **accounts)
        self.services = replace(self.services, accounts=settings, throttles=Throttles(settings, clock=self.clock))
        self.api.state.services = self.services

    def replace(self, **parts: Any) -> None:
        self.services = replace(self.services, **parts)
        self.api.state.services = self.services

    async def person(self, role: str, name: str | None = None) -> Client:
        """Register somebody and sign them in."""
        number = next(self._numbers)
        client = self.client()
        email = f"{role}{number}@school.example"
        body = {"email": email, "password": PASSWORD, "name": name or f"{role} {number}", "role": role}
        response = await client.post("/auth/register", body)
        assert response.status_code == 201, response.text
        assert (await client.sign_in(email)).status_code == 200
        return client

    async def teacher(self) -> Client:
        return await self.person("teacher")

    async def student(self) -> Client:
        return await self.person("student")

    async def admin(self) -> Client:
        number = next(self._numbers)
        email = f"admin{number}@school.example"
        async with self.services.database.transaction() as transaction:
            await create_admin(
                transaction.session,
                email=email,
                password=PASSWORD,
                name="Head",
                passwords=self.services.passwords,
            )
        client = self.client()
        assert (await client.sign_in(email)).status_code == 200
        return client

    async def close(self) -> None:
        for client in self._clients:
            await client.http.aclose()


@dataclass
class Classroom:
    """A class with a teacher, a student and a board; and somebody who is not in it."""

    api: Api
    teacher: Client
    student: Client
    stranger: Client
    class_id: str
    join_code: str
    board_id: str


@pytest.fixture(scope="session")
def school_database_url(postgres_url: str, migrated_template: str) -> str:
    """Make the database that all tests of the API share, one after the other."""
    run_sql(postgres_url, f"CREATE DATABASE school TEMPLATE {migrated_template}")
    return with_database(postgres_url, "school")


@pytest.fixture(scope="session")
def application() -> FastAPI:
    """Put the API together once; each test gives it services of its own."""
    return create_api(cast(Services, None))


@pytest_asyncio.fixture
async def database(school_database_url: str) -> AsyncIterator[Database]:
    """Give a test an empty database: emptying one is ten times faster than making one."""
    database = Database(school_database_url)
    async with database.transaction() as transaction:
        for table in (
            "outgoing_mails",
            "audit_entries",
            "signing_keys",
            "courses",
            "classes",
            "files",
            "invitations",
            "users",
        ):
            await transaction.session.execute(text(f"delete from {table}"))  # the rest goes with these
    yield database
    await database.close()


@pytest_asyncio.fixture
async def api(application: FastAPI, database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    live, clock = RecordedLive(), Clock()
    accounts = AccountSettings(public_url=PUBLIC_URL)
    file_store = DiskFiles(tmp_path / "files")
    known = KnownProgress()
    services = Services(
        database=database,
        household=household(database, live, file_store=file_store, progress=known),
        progress=known,
        issuer=TokenIssuer("a secret of thirty-two characters", issuer=PUBLIC_URL),
        passwords=Passwords(CHEAP_FOR_TESTS),
        throttles=Throttles(accounts, clock=clock),
        accounts=accounts,
        postbox=Postbox(database, None, public_url=PUBLIC_URL),
        live=live,
        rooms=OpenRooms(
            Engine(MemoryLog(), ListedDoorkeeper(), limits=LIMITS, metrics=Metrics(), edit_log=PostgresEditLog())
        ),
        slides=SlideWork(database, live=live, file_store=file_store),
        polls=PollDesk.of(database, live, secret_key="a secret of thirty-two characters"),
        file_links=FileLinks("a secret of thirty-two characters"),
        files=FileDesk(FILE_USES, FileLimits(file_max_bytes=200_000)),
        file_store=file_store,
    )
    api = Api(application, services=services, live=live, clock=clock)
    yield api
    await api.close()


@pytest_asyncio.fixture
async def classroom(api: Api) -> Classroom:
    teacher, student, stranger = await api.teacher(), await api.student(), await api.teacher()
    made = (await teacher.post("/classes", {"title": "7b"})).json()
    assert (await student.post("/classes/join", {"join_code": made["join_code"]})).status_code == 200
    board = await teacher.post(f"/classes/{made['id']}/documents", {"kind": "whiteboard", "title": "Board"})
    assert board.status_code == 201, board.text
    api.live.told.clear()
    return Classroom(api, teacher, student, stranger, made["id"], made["join_code"], board.json()["id"])


@pytest_asyncio.fixture
async def term(classroom: Classroom) -> "Term":
    """Give a class two students and a second teacher."""
    from tests.integration.teaching import Term

    mei, other = await classroom.api.person("student", "林美"), await classroom.api.teacher()
    for person in (mei, other):
        assert (await person.post("/classes/join", {"join_code": classroom.join_code})).status_code == 200
    path = f"/classes/{classroom.class_id}/members/{other.id}"
    assert (await classroom.teacher.patch(path, {"role": "teacher"})).status_code == 200
    classroom.api.live.told.clear()
    return Term(classroom, mei, other)


@pytest_asyncio.fixture
async def shelf(classroom: Classroom) -> "Shelf":
    """Give a class a lesson that is published."""
    from tests.integration.lesson_shelf import Shelf

    shelf = Shelf(classroom, "", "")
    shelf.unit = await shelf.add_unit("Water")
    shelf.lesson = await shelf.add("Rain")
    classroom.api.live.edited.clear()
    return shelf


@pytest_asyncio.fixture
async def demo(api: Api) -> "Demo":
    """Give the demo class, with a file shared in it, and an archive of it."""
    from tests.integration.class_archives import TEACHER, Demo, saved

    accounts = await seed(api.services.database, passwords=api.services.passwords, file_store=api.services.file_store)
    teacher = api.client()
    assert (await teacher.sign_in(TEACHER, str(accounts[0].password))).status_code == 200
    (room,) = (await teacher.get("/classes")).json()["items"]
    file = (await teacher.post("/files", files={"file": ("notes.txt", b"Every drop")})).json()
    await teacher.post(f"/classes/{room['id']}/files", {"file_id": file["id"]})
    return Demo(api, room["id"], teacher, await saved(api, room["id"]))


@pytest.fixture
def is_problem() -> Callable[..., None]:
    """Check that a response is a problem with a status, a code and, for wrong fields, their names."""

    def check(response: httpx.Response, status: int, code: str, *fields: str) -> None:
        assert (response.status_code, response.json()["code"]) == (status, code), response.text
        assert response.headers["content-type"] == "application/problem+json"
        body = response.json()
        assert body["type"] == "about:blank"
        assert body["status"] == status
        assert body["title"]
        assert body["detail"]
        if fields:
            assert [each["field"] for each in body["errors"]] == list(fields)
            assert all(each["message"] for each in body["errors"])

    return check
