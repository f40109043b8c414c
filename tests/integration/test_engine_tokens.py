"""Rule 8 with real tokens on the real server: replayed, expired, forged, of the blocked; and none of them in any log."""

import base64
import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from time import monotonic
from uuid import UUID, uuid4

import jwt
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from auth.tokens import TokenIssuer
from persistence.base import utc_now
from tests.conftest import run_sql, with_database
from tests.raw_client import DIALECTS, Author, RawClient, raw_client
from tests.running_server import RunningServer, http_client, lectern
from tests.school import PASSWORD, Account, School

pytestmark = pytest.mark.postgres

each_dialect = pytest.mark.parametrize("dialect", DIALECTS)
SECRET_KEY = "a secret of this test's own school"
SCHOOL = "https://school.example"
LONG_ENOUGH_TO_TELL = 20
# A second on a machine of its own; the password alone is checked for a tenth of one.
ERASED_WITHIN_SECONDS = 5.0


class Lesson:
    """A class with a board, a student in it, and an administrator; `shown` are all tokens that were ever sent."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        self.school = School(server.url)
        self.teacher = self.school.register("Ms. Okafor", "teacher")
        self.shown: list[str] = []
        self.issuer = TokenIssuer(SECRET_KEY, issuer=SCHOOL)
        email = f"{uuid4()}@school.example"
        created = lectern("create-admin", "--email", email, settings=server.settings, text=PASSWORD + "\n")
        assert created.returncode == 0, created.stderr
        self.admin = http_client(server.url)
        self.admin.headers["Authorization"] = f"Bearer {self.school.sign_in(email, self.admin)}"

    def student(self) -> tuple[Account, str]:
        student = self.school.register("Zoë", "student")
        opened = self.school.open_class(self.teacher, student)
        return student, str(self.school.open_board(self.teacher, opened["id"])["id"])

    async def is_refused(self, token: str, board: str, reason: str, *, dialect: str) -> None:
        self.shown.append(token)
        async with raw_client(self.server.websocket_url, board, token, dialect=dialect) as client:
            await denied(client, reason)


async def denied(client: RawClient, reason: str, code: int = 4401) -> None:
    await client.hears("denied", reason)
    if client.dialect == "y-websocket":
        assert await client.ends() == (code, reason)


def claims(token: str) -> tuple[UUID, UUID]:
    body = jwt.decode(token, options={"verify_signature": False})
    return UUID(body["sub"]), UUID(body["sid"])


@pytest.fixture(scope="module")
def lesson(
    postgres_url: str, migrated_template: str, database_names: Iterator[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lesson]:
    name = next(database_names)
    run_sql(postgres_url, f"CREATE DATABASE {name} TEMPLATE {migrated_template} STRATEGY file_copy")
    settings = {
        "demo": "false",
        "database_url": with_database(postgres_url, name),
        "secret_key": SECRET_KEY,
        "public_url": SCHOOL,
    }
    server = RunningServer(data_dir=tmp_path_factory.mktemp("tokens") / "data", settings=settings)
    server.start()
    lesson = Lesson(server)
    yield lesson
    server.close()
    # Whatever was refused, by whomever: no part of any token that would let somebody in.
    for token in lesson.shown:
        assert token not in server.output
        for part in token.split("."):
            assert len(part) < LONG_ENOUGH_TO_TELL or part not in server.output
    assert "Traceback" not in server.output


@each_dialect
async def test_8_tokens_that_are_replayed_expired_or_forged_open_nothing(lesson: Lesson, dialect: str) -> None:
    student, board = lesson.student()
    user, login = claims(student.token)
    expired = TokenIssuer(SECRET_KEY, issuer=SCHOOL, now=lambda: utc_now() - timedelta(seconds=901)).issue(user, login)
    head, body, signature = student.token.split(".")
    teacher = {**jwt.decode(student.token, options={"verify_signature": False}), "sub": lesson.teacher.id}
    another_body = base64.urlsafe_b64encode(json.dumps(teacher).encode()).decode().rstrip("=")
    for token, reason in (
        (expired, "token_expired"),
        (
            TokenIssuer("another school's secret key......", issuer=SCHOOL).issue(user, login),
            "token_invalid",
        ),
        (TokenIssuer(SECRET_KEY, issuer="https://another.example").issue(user, login), "token_invalid"),
        (f"{head}.{another_body}.{signature}", "token_invalid"),
        (jwt.encode(teacher, "", algorithm="none"), "token_invalid"),
        (f"{head}.{body}.", "token_invalid"),
        # Signed by us, for a sign-in that never was.
        (lesson.issuer.issue(user, uuid4()), "token_revoked"),
    ):
        await lesson.is_refused(token, board, reason, dialect=dialect)
    async with raw_client(lesson.server.websocket_url, board, student.token, dialect=dialect) as client:
        await client.joined()
    student.api.post("/api/auth/logout").raise_for_status()
    # It is still signed, and not over for a quarter of an hour.
    await lesson.is_refused(student.token, board, "token_revoked", dialect=dialect)


@each_dialect
async def test_8_a_blocked_persons_open_sockets_end_and_their_token_opens_none(lesson: Lesson, dialect: str) -> None:
    student, board = lesson.student()
    lesson.shown.append(student.token)
    async with (
        raw_client(lesson.server.websocket_url, board, student.token, dialect=dialect) as one,
        raw_client(lesson.server.websocket_url, board, student.token, dialect=dialect) as two,
        raw_client(lesson.server.websocket_url, board, lesson.teacher.token) as teacher,
    ):
        await one.joined()
        await two.joined()
        await teacher.joined()
        lesson.admin.post(f"/api/admin/users/{student.id}/block", json={"reason": "x"}).raise_for_status()
        await denied(one, "account_blocked")
        await denied(two, "account_blocked")
        await teacher.update(Author(1).set("a", 1))
        await teacher.is_saved(1)
    await lesson.is_refused(student.token, board, "account_blocked", dialect=dialect)


@each_dialect
async def test_8_an_erased_persons_open_sockets_end_at_once(lesson: Lesson, dialect: str) -> None:
    student, board = lesson.student()
    lesson.shown.append(student.token)
    async with (
        raw_client(lesson.server.websocket_url, board, student.token, dialect=dialect) as one,
        raw_client(lesson.server.websocket_url, board, lesson.teacher.token) as teacher,
    ):
        await one.joined()
        await teacher.joined()
        began = monotonic()
        student.api.post("/api/me/erasure", json={"password": PASSWORD}).raise_for_status()
        await denied(one, "token_revoked")
        assert monotonic() - began < ERASED_WITHIN_SECONDS
        await teacher.update(Author(1).set("a", 1))
        await teacher.is_saved(1)
    await lesson.is_refused(student.token, board, "token_revoked", dialect=dialect)


PATHS = [
    "/collab/{board}/",
    "/collab//{board}",
    "/collab/./{board}",
    "/collab/x/../{board}",
    "/collab/%2e%2e%2fcollab%2f{board}",
    "/collab/{board}%00",
    "/collab/{board}%20",
    "/collab/urn:uuid:{board}",
    "/collab/{{{board}}}",
    "/collab/{plain}",
    "/collab/..%2f..%2fapi%2fme",
    "/collab/" + "a" * 5_000,
    "/collabx/{board}",
    "/hocuspocus/{board}",
    "/hocuspocus/../collab/{board}",
    "//collab/{board}",
    "/api/collab/{board}",
]


async def test_8_only_a_documents_plain_name_opens_it(lesson: Lesson) -> None:
    student, board = lesson.student()
    lesson.shown.append(student.token)
    for path in PATHS:
        address = path.format(board=board, plain=board.replace("-", ""))
        url = f"{lesson.server.websocket_url}{address}?token={student.token}"
        with suppress(InvalidHandshake):
            async with connect(url, proxy=None, compression=None) as socket:
                with suppress(ConnectionClosed):
                    # A reason in the dialect's words, and nothing of the document.
                    assert b"not_found" in await socket.recv(decode=False)
                    await socket.recv()
                assert socket.close_code == 4404, path
    async with raw_client(lesson.server.websocket_url, board.upper(), student.token) as client:
        await client.joined()
