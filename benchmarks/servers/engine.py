"""The engine: the real `lectern serve` on its embedded PostgreSQL, with real accounts in a real class."""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar, TypeVar
from urllib.request import ProxyHandler, Request, build_opener
from uuid import UUID, uuid4

import asyncpg

from auth.tokens import TokenIssuer
from benchmarks.machine import children, cpu_seconds
from benchmarks.school import School, fill
from benchmarks.servers.base import HOST, READY_LIMIT_SECONDS, Server, hocuspocus_target
from benchmarks.wire import Target
from persistence.embedded import EmbeddedPostgres
from persistence.ids import new_id

PEOPLE = 1500
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class ProgressClass:
    """A class with a board of progress: its path, the documents, the columns; students by number and by id, the teacher by number."""

    path: str
    document: str
    pages: Sequence[str]
    columns: Sequence[str]
    people: Sequence[int]
    ids: Sequence[str]
    teacher: int


@dataclass(frozen=True, slots=True)
class Lesson:
    """A running session: where its stage is changed, the stage's document, boards to show, the students and the teacher."""

    path: str
    stage: str
    boards: list[str]
    people: list[int]
    teacher: int


class Lectern(Server):
    """People are inserted as rows and their tokens signed with the server's key, so that nobody waits for 1,500 password hashes.

    Everything else is what any client meets: tokens checked, rights read from the database, every update committed.
    """

    name = "lectern"
    hocuspocus: ClassVar[bool] = False

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._key = "a key for measurements on loopback only"
        self._people: list[UUID] = []
        self._tokens: list[str] = []
        self._class_id = uuid4()

    @classmethod
    def missing(cls) -> str | None:
        """See Server."""
        return None

    def command(self) -> Sequence[str]:
        """See Server."""
        return [sys.executable, "-m", "collab_server.cli", "serve"]

    def environ(self) -> dict[str, str]:
        """See Server. Two limits that protect a school are out of the way of a load that is a whole school in one socket."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("LECTERN_")}
        return inherited | {
            "LECTERN_PORT": str(self.port),
            "LECTERN_DATA_DIR": str(self.folder / "data"),
            "LECTERN_SECRET_KEY": self._key,
            "LECTERN_DEMO": "false",
            "LECTERN_ENV": "development",
            "LECTERN_MESSAGES_PER_SECOND": "100000",
            "LECTERN_ACCESS_TOKEN_SECONDS": "7200",
            "LECTERN_FILE_MAX_BYTES": str(2 * 1024**3),
        }

    def start(self) -> None:
        """See Server."""
        super().start()
        if not self._people:
            self.database(self._enrol)

    def ready(self) -> bool:
        """See Server."""
        if not super().ready():
            return False
        try:
            with build_opener(ProxyHandler({})).open(f"http://{HOST}:{self.port}/readyz", timeout=2) as answer:
                ready: bool = answer.status == 200
                return ready
        except OSError:
            return False

    def target(self, room: str, *, person: int, acknowledged: bool = False) -> Target:
        """See Server."""
        token = self._tokens[person % PEOPLE]
        if self.hocuspocus:
            return hocuspocus_target(self.port, "/hocuspocus", room, token)
        subprotocols = ("lectern.v1",) if acknowledged else ()
        return Target(HOST, self.port, f"/collab/{room}", token=token, subprotocols=subprotocols)

    def database_cpu(self) -> float:
        """See Server."""
        postmaster = self.folder / "data" / "postgres" / "postmaster.pid"
        return cpu_seconds(children(int(postmaster.read_text().split()[0])))

    def new_rooms(self, count: int, *, people: int) -> list[str]:
        """See Server."""
        rooms = [new_id() for _ in range(count)]

        async def create(connection: asyncpg.Connection) -> None:
            await connection.executemany(
                "insert into documents (id, class_id, kind, title, students) values ($1, $2, 'whiteboard', 'Board', 'write')",
                [(room, self._class_id) for room in rooms],
            )
            await connection.executemany(
                "insert into document_heads (document_id) values ($1)", [(room,) for room in rooms]
            )

        self.database(create)
        return [str(room) for room in rooms]

    def new_poll(self, *, options: int, anonymous: bool) -> tuple[str, str]:
        """Let a teacher of the class open a poll with live results; returns its id and its document's."""
        teacher, login = new_id(), new_id()

        async def employ(connection: asyncpg.Connection) -> None:
            await connection.execute(
                "insert into users (id, email, name, password_hash, role, status, color) "
                "values ($1, $2, 'Teacher', '-', 'teacher', 'active', '#336699')",
                teacher,
                f"{teacher}@school.example",
            )
            await connection.execute(
                "insert into auth_sessions (id, user_id, user_agent) values ($1, $2, 'benchmark')", login, teacher
            )
            await connection.execute(
                "insert into memberships (class_id, user_id, role) values ($1, $2, 'teacher')", self._class_id, teacher
            )

        self.database(employ)
        token = self._issuer().issue(teacher, login)
        asked = {
            "question": "Which one?",
            "type": "single",
            "options": [f"Option {number}" for number in range(options)],
            "anonymous": anonymous,
            "results": "live",
        }
        poll = self._call(f"/api/classes/{self._class_id}/polls", token, asked)
        self._call(f"/api/polls/{poll['id']}/open", token, {})
        return poll["id"], poll["document_id"]

    def new_board(self, *, students: int, activities: int) -> "ProgressClass":
        """Make a class of its own with a board of progress that everybody has opened once; the person after them teaches it."""
        class_id = uuid4()
        people = list(range(students + 1))

        async def enrol(connection: asyncpg.Connection) -> None:
            await connection.execute(
                "insert into classes (id, title, join_code) values ($1, 'A class', $2)", class_id, class_id.hex
            )
            await connection.executemany(
                "insert into memberships (class_id, user_id, role) values ($1, $2, $3)",
                [(class_id, self._people[n], "teacher" if n == students else "student") for n in people],
            )

        self.database(enrol)
        path, token = f"/api/classes/{class_id}/progress", self._tokens[students]
        columns = [
            self._call(f"{path}/columns", token, {"title": f"Activity {number}"})["id"] for number in range(activities)
        ]
        *pages, document = (self._call(path, self._tokens[n])["document_id"] for n in people)
        ids = [str(self._people[n]) for n in people[:-1]]
        return ProgressClass(path, document, pages, columns, people[:-1], ids, students)

    def new_lesson(self, *, students: int) -> "Lesson":
        """Make a class of its own whose teacher, the person after the students, has two boards and has started it."""
        class_id = uuid4()
        people = list(range(students + 1))

        async def enrol(connection: asyncpg.Connection) -> None:
            await connection.execute(
                "insert into classes (id, title, join_code) values ($1, 'A lesson', $2)", class_id, class_id.hex
            )
            await connection.executemany(
                "insert into memberships (class_id, user_id, role) values ($1, $2, $3)",
                [(class_id, self._people[n], "teacher" if n == students else "student") for n in people],
            )

        self.database(enrol)
        path, token = f"/api/classes/{class_id}", self._tokens[students]
        boards = [
            self._call(f"{path}/documents", token, {"kind": "whiteboard", "title": f"Board {number}"})["id"]
            for number in range(2)
        ]
        session = self._call(f"{path}/sessions/start", token, {})
        stage = f"/api/sessions/{session['id']}/stage"
        return Lesson(stage, session["stage_document_id"], boards, people[:-1], students)

    def new_deck(self) -> tuple[str, str]:
        """Make a class of its own with an empty deck; returns the deck's id and its teacher's token."""
        class_id = uuid4()

        async def enrol(connection: asyncpg.Connection) -> None:
            await connection.execute(
                "insert into classes (id, title, join_code) values ($1, 'A class', $2)", class_id, class_id.hex
            )
            await connection.execute(
                "insert into memberships (class_id, user_id, role) values ($1, $2, 'teacher')",
                class_id,
                self._people[0],
            )

        self.database(enrol)
        path, token = f"/api/classes/{class_id}/documents", self._tokens[0]
        return self._call(path, token, {"kind": "slides", "title": "Slides"})["id"], token

    def fill_school(self) -> School:
        """Add a school's rows; person 0 teaches, person 1 learns in the class that comes back."""
        return self.database(partial(fill, teacher=self._people[0], student=self._people[1]))

    def token(self, person: int) -> str:
        """Return somebody's access token."""
        return self._tokens[person]

    def _call(self, path: str, token: str, body: object = None) -> dict[str, str]:
        request = Request(
            f"http://{HOST}:{self.port}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
            method="GET" if body is None else "POST",
        )
        with build_opener(ProxyHandler({})).open(request, timeout=READY_LIMIT_SECONDS) as answer:
            made: dict[str, str] = json.load(answer)
        return made

    def _issuer(self) -> TokenIssuer:
        return TokenIssuer(self._key, issuer=f"http://{HOST}:{self.port}", lifetime_seconds=7200)

    def load_history(self, room: str, updates: Sequence[bytes]) -> None:
        """See Server. Straight into the log, as rows that somebody has written."""
        document, author, login = UUID(room), self._people[0], uuid4()

        async def write(connection: asyncpg.Connection) -> None:
            await connection.copy_records_to_table(
                "document_updates",
                columns=["document_id", "seq", "payload", "user_id", "session_id"],
                records=[(document, seq, update, author, login) for seq, update in enumerate(updates, 1)],
            )
            await connection.execute(
                "update document_heads set seq = $2 where document_id = $1", document, len(updates)
            )

        self.database(write)

    def database(self, work: Callable[[asyncpg.Connection], Coroutine[None, None, Result]]) -> Result:
        """Do something in the server's database, in one transaction."""
        url = EmbeddedPostgres(self.folder / "data").running_url()
        assert url is not None, "the database is not running"

        async def connected() -> Result:
            connection = await asyncpg.connect(url)
            try:
                async with connection.transaction():
                    return await work(connection)
            finally:
                await connection.close()

        return asyncio.run(connected())

    async def _enrol(self, connection: asyncpg.Connection) -> None:
        self._people = [new_id() for _ in range(PEOPLE)]
        sessions = [new_id() for _ in range(PEOPLE)]
        issuer = self._issuer()
        self._tokens = [issuer.issue(person, login) for person, login in zip(self._people, sessions, strict=True)]
        await connection.executemany(
            "insert into users (id, email, name, password_hash, role, status, color) "
            "values ($1, $2, $3, '-', 'student', 'active', '#336699')",
            [(person, f"person{n}@school.example", f"Person {n}") for n, person in enumerate(self._people)],
        )
        await connection.executemany(
            "insert into auth_sessions (id, user_id, user_agent) values ($1, $2, 'benchmark')",
            list(zip(sessions, self._people, strict=True)),
        )
        await connection.execute(
            "insert into classes (id, title, join_code) values ($1, 'A large class', 'BENCHMRK')", self._class_id
        )
        await connection.executemany(
            "insert into memberships (class_id, user_id, role) values ($1, $2, 'student')",
            [(self._class_id, person) for person in self._people],
        )


class LecternHocuspocus(Lectern):
    """The same server, spoken to in Hocuspocus' dialect."""

    name = "lectern (hocuspocus dialect)"
    hocuspocus = True
