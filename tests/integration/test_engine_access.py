"""Rules 7 and 8: who may open and write, decided at the door and again whenever it changes."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TypeVar
from uuid import uuid4

import pytest

from collab_server.errors import EngineError
from collab_server.ports import Admission, Right
from tests.engine_host import LIMITS, EngineHost, engine_host
from tests.memory_log import MemoryLog
from tests.raw_client import DIALECTS, Author, RawClient, eventually, raw_client

DOCUMENT, OTHER, UNKNOWN = uuid4(), uuid4(), uuid4()
Decided = TypeVar("Decided")
each_dialect = pytest.mark.parametrize("dialect", DIALECTS)


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog(DOCUMENT, OTHER)


@pytest.fixture
async def host(log: MemoryLog) -> AsyncIterator[EngineHost]:
    async with engine_host(log) as running:
        yield running


async def is_denied(client: RawClient, code: int, reason: str) -> None:
    """Check that the session was refused for this reason, in the words of its dialect."""
    await client.hears("denied", reason)
    if client.dialect == "y-websocket":
        assert await client.ends() == (code, reason)
    else:
        # Only that document's session ended.
        await client.authenticate("nobody", key="another")
        await client.hears("denied", "token_invalid", key="another")


@each_dialect
@pytest.mark.parametrize("document", [UNKNOWN, OTHER, "no-id", ""])
async def test_8_an_unknown_and_a_forbidden_document_are_the_same(
    host: EngineHost, dialect: str, document: object
) -> None:
    token = host.doorkeeper.let("ada", DOCUMENT, Right.WRITE)
    async with raw_client(host.url, str(document), token, dialect=dialect) as client:
        await is_denied(client, 4404, "not_found")


@each_dialect
@pytest.mark.parametrize(("token", "reason"), [("", "token_missing"), ("forged", "token_invalid")])
async def test_8_without_a_good_token_nobody_gets_in(host: EngineHost, dialect: str, token: str, reason: str) -> None:
    async with raw_client(host.url, DOCUMENT, token, dialect=dialect) as client:
        await is_denied(client, 4401, reason)


async def test_8_a_token_may_come_in_the_header_or_the_subprotocol(host: EngineHost) -> None:
    from websockets.asyncio.client import connect

    host.doorkeeper.let("ada", DOCUMENT, Right.WRITE)
    address = f"{host.url}/collab/{DOCUMENT}"
    for options in (
        {"additional_headers": {"Authorization": "Bearer ada"}},
        {"subprotocols": ["lectern.v1", "bearer.ada"]},
    ):
        async with connect(address, proxy=None, **options) as socket:
            assert isinstance(await socket.recv(), bytes)
            assert socket.subprotocol in (None, "lectern.v1")


@each_dialect
async def test_7_a_reader_that_writes_is_refused_for_good(host: EngineHost, log: MemoryLog, dialect: str) -> None:
    token = host.doorkeeper.let("ada", DOCUMENT, Right.READ)
    async with raw_client(host.url, DOCUMENT, token, dialect=dialect) as reader:
        await reader.joined()
        if dialect == "hocuspocus":
            assert reader.of("authenticated") == ["readonly"]
        await reader.update(Author(1).set("a", 1))
        await is_denied(reader, 4403, "write_refused")
        if dialect == "hocuspocus":
            assert reader.of("close") == ["write_refused"]
        assert log.rows(DOCUMENT) == []


@each_dialect
async def test_7_what_a_reader_brings_that_is_known_is_no_violation(
    host: EngineHost, log: MemoryLog, dialect: str
) -> None:
    ada = Author(1)
    writing = host.doorkeeper.let("ada", DOCUMENT, Right.WRITE)
    async with raw_client(host.url, DOCUMENT, writing) as writer:
        await writer.joined()
        await writer.update(ada.set("a", 1))
        await writer.update(ada.set("a", 2))
        await writer.is_saved(2)
        token = host.doorkeeper.let("bob", DOCUMENT, Right.READ)
        async with raw_client(host.url, DOCUMENT, token, dialect=dialect) as reader:
            await reader.joined()
            await reader.step2(b"\x00\x00")
            await reader.step2(ada.doc.get_update())
            await reader.is_saved(2)
            await reader.step2(Author(2).set("b", 1))
            await reader.hears("denied", "write_refused")
    assert len(log.rows(DOCUMENT)) == 2


async def test_7_a_reader_that_deleted_by_itself_what_lost_a_conflict_is_welcome(
    host: EngineHost, log: MemoryLog
) -> None:
    ada, bob = Author(1), Author(2)
    writing = host.doorkeeper.let("ada", DOCUMENT, Right.WRITE)
    async with raw_client(host.url, DOCUMENT, writing) as writer:
        await writer.joined()
        # Both set one key without knowing of each other: every copy deletes the loser, and no update says so.
        await writer.update(ada.set("key", "ada's"))
        await writer.update(bob.set("key", "bob's"))
        await writer.is_saved(2)
        token = host.doorkeeper.let("carol", DOCUMENT, Right.READ)
        async with raw_client(host.url, DOCUMENT, token) as reader:
            await reader.joined()
            await reader.step2(reader.document().get_update())
            await reader.is_saved(1)
    assert len(log.rows(DOCUMENT)) == 2


@each_dialect
async def test_8_a_right_changes_on_the_open_socket(host: EngineHost, log: MemoryLog, dialect: str) -> None:
    author = Author(1)
    token = host.doorkeeper.let("ada", DOCUMENT, Right.WRITE)
    ada = host.doorkeeper.person("ada").id
    scopes = ["read-write", "readonly"] if dialect == "hocuspocus" else [1, 0]
    kind = "authenticated" if dialect == "hocuspocus" else "access"
    async with raw_client(host.url, DOCUMENT, token, dialect=dialect) as client:
        await client.joined()
        await client.update(author.set("a", 1))
        await client.is_saved(1)
        host.doorkeeper.let("ada", DOCUMENT, Right.READ)
        await host.engine.access_changed(document_id=DOCUMENT)
        await client.until(lambda: client.of(kind) == scopes, "the new right")
        host.doorkeeper.let("ada", DOCUMENT, Right.WRITE)
        await host.engine.access_changed(user_id=ada)
        await client.until(lambda: client.of(kind) == [*scopes, scopes[0]], "the old right")
        await client.update(author.set("a", 2))
        await client.is_saved(2)
        # Nothing changed for this one.
        await host.engine.access_changed()
        await host.engine.access_changed(user_id=uuid4())
        host.doorkeeper.let("ada", DOCUMENT, Right.READ)
        await host.engine.access_changed(user_id=ada, document_id=DOCUMENT)
        # In force when it returns: the very next write is refused.
        await client.update(author.set("a", 3))
        await is_denied(client, 4403, "write_refused")
        assert client.of(kind) == [*scopes, *scopes]
    assert len(log.rows(DOCUMENT)) == 2


@each_dialect
async def test_8_access_taken_away_ends_the_open_session(host: EngineHost, dialect: str) -> None:
    token = host.doorkeeper.let("ada", DOCUMENT, Right.WRITE)
    host.doorkeeper.let("bob", DOCUMENT, Right.WRITE)
    async with (
        raw_client(host.url, DOCUMENT, token, dialect=dialect) as client,
        raw_client(host.url, DOCUMENT, "bob", dialect=dialect) as other,
    ):
        await client.joined()
        await other.joined()
        host.doorkeeper.let("ada", DOCUMENT, None)
        await host.engine.access_changed(document_id=DOCUMENT)
        await is_denied(client, 4404, "not_found")
        await other.asked_and_answered()


@each_dialect
async def test_8_a_blocked_persons_sessions_all_end(host: EngineHost, dialect: str) -> None:
    token = host.doorkeeper.let("ada", DOCUMENT, Right.WRITE)
    ada = host.doorkeeper.person("ada").id
    async with (
        raw_client(host.url, DOCUMENT, token, dialect=dialect) as one,
        raw_client(host.url, DOCUMENT, token, dialect=dialect) as two,
    ):
        await one.joined()
        await two.joined()
        host.doorkeeper.block("ada")
        await host.engine.access_changed(user_id=ada)
        for client in (one, two):
            await is_denied(client, 4401, "account_blocked")


async def test_8_an_expired_token_ends_a_stock_client_and_a_renewed_one_goes_on(host: EngineHost) -> None:
    host.doorkeeper.token_seconds = 0.2
    token = host.doorkeeper.let("ada", DOCUMENT, Right.WRITE)
    async with raw_client(host.url, DOCUMENT, token) as stock:
        await stock.joined()
        assert await stock.ends() == (4401, "token_expired")
    async with raw_client(host.url, DOCUMENT, token, dialect="hocuspocus") as idle:
        await idle.hears("token")
        await is_denied(idle, 4401, "token_expired")
    async with raw_client(host.url, DOCUMENT, token, dialect="hocuspocus") as renewing:
        await renewing.hears("token")
        host.doorkeeper.token_seconds = 900.0
        await renewing.authenticate(token)
        await eventually(lambda: expires_in(host) > 800, "the new token to count")
        await renewing.asked_and_answered()
        assert renewing.of("authenticated") == ["read-write"]


def expires_in(host: EngineHost) -> float:
    from datetime import UTC, datetime

    (session,) = host.engine._sessions
    assert session.admission is not None
    return (session.admission.expires_at - datetime.now(UTC)).total_seconds()


async def test_8_a_session_cannot_change_hands(host: EngineHost) -> None:
    host.doorkeeper.let("ada", DOCUMENT, Right.WRITE)
    host.doorkeeper.let("bob", DOCUMENT, Right.WRITE)
    async with raw_client(host.url, DOCUMENT, "ada", dialect="hocuspocus") as client:
        await client.joined()
        await client.authenticate("bob")
        await client.hears("denied", "token_of_another_person")


async def test_8_a_renewed_token_that_is_bad_ends_the_session(host: EngineHost) -> None:
    host.doorkeeper.let("ada", DOCUMENT, Right.WRITE)
    async with raw_client(host.url, DOCUMENT, "ada", dialect="hocuspocus") as client:
        await client.joined()
        await client.authenticate("forged")
        await client.hears("denied", "token_invalid")


class Hesitating:
    """Holds back decisions until the test lets them go, and counts them."""

    def __init__(self, host: EngineHost) -> None:
        self._doorkeeper = host.engine.doorkeeper
        self.held: list[asyncio.Event] = []
        self.hesitates = True
        self.fails: Exception | None = None
        host.engine.doorkeeper = self

    async def admit(self, token: str, document_name: str) -> Admission:
        return await self._later(await self._doorkeeper.admit(token, document_name))

    async def review(self, admissions: Sequence[Admission]) -> Sequence[Admission | EngineError]:
        return await self._later(await self._doorkeeper.review(admissions))

    async def _later(self, decided: Decided) -> Decided:
        if self.fails is not None:
            raise self.fails
        if self.hesitates:
            event = asyncio.Event()
            self.held.append(event)
            await event.wait()
        return decided


async def test_8_a_right_that_changes_while_it_is_decided_is_decided_again(host: EngineHost) -> None:
    host.doorkeeper.let("ada", DOCUMENT, Right.WRITE)
    hesitating = Hesitating(host)
    async with raw_client(host.url, DOCUMENT, "ada", dialect="hocuspocus") as client:
        await eventually(lambda: len(hesitating.held) == 1, "a decision")
        host.doorkeeper.let("ada", DOCUMENT, Right.READ)
        await host.engine.access_changed(document_id=DOCUMENT)
        hesitating.hesitates = False
        hesitating.held[0].set()
        await client.until(lambda: client.of("authenticated")[-1:] == ["readonly"], "the right that holds")


async def test_8_a_change_that_concerns_a_class_is_decided_in_one_go(
    host: EngineHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"student {number}" for number in range(6)]
    async with AsyncExitStack() as stack:
        clients = []
        for name in names:
            host.doorkeeper.let(name, DOCUMENT, Right.WRITE)
            clients.append(await stack.enter_async_context(raw_client(host.url, DOCUMENT, name, dialect="hocuspocus")))
            await clients[-1].joined()
        asked: list[int] = []
        decide = host.doorkeeper.review

        async def counted(admissions: Sequence[Admission]) -> list[Admission | EngineError]:
            asked.append(len(admissions))
            return await decide(admissions)

        monkeypatch.setattr(host.doorkeeper, "review", counted)
        host.doorkeeper.let(names[0], DOCUMENT, None)
        for name in names[1:]:
            host.doorkeeper.let(name, DOCUMENT, Right.READ)
        await host.engine.access_changed(document_id=DOCUMENT)
        assert asked == [len(names)]
        await is_denied(clients[0], 4404, "not_found")
        for client in clients[1:]:
            await client.until(lambda c=client: c.of("authenticated")[-1:] == ["readonly"], "read only")  # type: ignore[misc]


async def test_8_an_old_decision_does_not_overrule_a_newer_one(host: EngineHost) -> None:
    host.doorkeeper.let("ada", DOCUMENT, Right.WRITE)
    async with raw_client(host.url, DOCUMENT, "ada", dialect="hocuspocus") as client:
        await client.joined()
        hesitating = Hesitating(host)
        await client.authenticate("ada")
        await eventually(lambda: len(hesitating.held) == 1, "the token to be checked")
        hesitating.hesitates = False
        host.doorkeeper.let("ada", DOCUMENT, Right.READ)
        await host.engine.access_changed(document_id=DOCUMENT)
        hesitating.held[0].set()
        await client.asked_and_answered()
        await client.update(Author(1).set("a", 1))
        await client.hears("denied", "write_refused")


async def test_11_tokens_are_checked_one_at_a_time(host: EngineHost) -> None:
    host.doorkeeper.let("ada", DOCUMENT, Right.WRITE)
    async with raw_client(host.url, DOCUMENT, "ada", dialect="hocuspocus") as client:
        await client.joined()
        hesitating = Hesitating(host)
        for token in ["ada"] * 50 + ["forged"]:
            await client.authenticate(token)
        await client.asked_and_answered()
        assert len(hesitating.held) == 1
        hesitating.held[0].set()
        await client.hears("denied", "token_invalid")
        assert len(hesitating.held) == 1


@each_dialect
async def test_8_who_leaves_while_it_is_decided_leaves_nothing_behind(host: EngineHost, dialect: str) -> None:
    host.doorkeeper.let("ada", DOCUMENT, Right.WRITE)
    hesitating = Hesitating(host)
    async with raw_client(host.url, DOCUMENT, "ada", dialect=dialect):
        await eventually(lambda: hesitating.held, "a decision")
    await eventually(lambda: b"lectern_sockets 0.0" in host.engine.metrics.exposition(), "the socket to go")
    hesitating.held[0].set()
    await eventually(host.engine.registry.rooms, "the room to be opened in vain")
    (room,) = host.engine.registry.rooms()
    await eventually(lambda: room in host.engine.registry._unloading, "the room to be let go")
    assert not host.engine._sessions


@each_dialect
async def test_8_a_door_that_cannot_decide_lets_nobody_in_and_nobody_stay(host: EngineHost, dialect: str) -> None:
    host.doorkeeper.let("ada", DOCUMENT, Right.WRITE)
    hesitating = Hesitating(host)
    hesitating.hesitates = False
    async with raw_client(host.url, DOCUMENT, "ada", dialect=dialect) as client:
        await client.joined()
        hesitating.fails = OSError("no database")
        async with raw_client(host.url, DOCUMENT, "ada", dialect=dialect) as newcomer:
            assert await newcomer.ends() == (1013, "try_again_later")
        await host.engine.access_changed()
        assert await client.ends() == (1013, "try_again_later")


async def test_8_a_review_that_comes_after_the_end_starts_no_clock(host: EngineHost) -> None:
    host.doorkeeper.let("ada", DOCUMENT, Right.WRITE)
    async with raw_client(host.url, DOCUMENT, "ada", dialect="hocuspocus") as client:
        await client.joined()
        (session,) = host.engine._sessions
        hesitating = Hesitating(host)
        reviewing = asyncio.create_task(host.engine.access_changed())
        await eventually(lambda: hesitating.held, "a decision")
        await client.send(b"\x07")
        await eventually(lambda: not host.engine._sessions, "the session to end")
        hesitating.held[0].set()
        await reviewing
    expiry = session._expiry  # type: ignore[attr-defined]
    assert expiry is None or expiry.cancelled()


async def test_18_two_documents_on_one_socket_are_independent(host: EngineHost, log: MemoryLog) -> None:
    host.doorkeeper.let("ada", DOCUMENT, Right.WRITE)
    host.doorkeeper.let("ada", OTHER, Right.READ)
    async with raw_client(host.url, DOCUMENT, "ada", dialect="hocuspocus") as client:
        await client.joined()
        await client.authenticate("ada", key=str(OTHER))
        await client.hears("authenticated", "readonly", key=str(OTHER))
        await client.update(Author(1).set("a", 1), key=str(OTHER))
        await client.hears("denied", "write_refused", key=str(OTHER))
        # What trails behind the end does no harm.
        await client.update(Author(1).set("a", 1), key=str(OTHER))
        await client.update(Author(2).set("a", 1))
        await client.hears("sync_status", 1, key=str(DOCUMENT))
        await client.authenticate("ada", key=str(OTHER))
        await client.until(lambda: client.of("authenticated", key=str(OTHER)) == ["readonly"] * 2, "the document again")
    assert len(log.rows(DOCUMENT)) == 1 and log.rows(OTHER) == []


async def test_18_two_sessions_of_one_document_share_a_socket(host: EngineHost) -> None:
    host.doorkeeper.let("ada", DOCUMENT, Right.WRITE)
    one, two = (f"{DOCUMENT}\0{session}" for session in ("one", "two"))
    update = Author(1).set("a", 1)
    async with raw_client(host.url, one, "ada", dialect="hocuspocus") as client:
        await client.authenticate("ada", key=two)
        for key in (one, two):
            await client.step1(key=key)
            await client.hears("step2", key=key)
        await client.update(update, key=one)
        await client.hears("update", update, key=two)
        await client.hears("sync_status", 1, key=one)
        assert client.of("update", key=one) == []


async def test_11_a_socket_opens_only_so_many_documents() -> None:
    async with engine_host(None, DOCUMENT, limits=replace(LIMITS, documents_per_socket=3)) as host:
        host.doorkeeper.let("ada", DOCUMENT, Right.WRITE)
        async with raw_client(host.url, DOCUMENT, "ada", dialect="hocuspocus") as client:
            for session in range(3):
                await client.authenticate("ada", key=f"{DOCUMENT}\0{session}")
            assert await client.ends() == (4429, "too_many_documents")


@pytest.mark.parametrize(
    ("limits", "people"),
    [
        (replace(LIMITS, sockets_per_person=2), ["ada"]),
        (replace(LIMITS, sockets_per_address=2), ["ada", "bob", "carol"]),
    ],
)
async def test_11_a_person_and_an_address_open_only_so_many_sockets(limits: object, people: list[str]) -> None:
    async with engine_host(None, DOCUMENT, limits=limits) as host:  # type: ignore[arg-type]
        for name in people:
            host.doorkeeper.let(name, DOCUMENT, Right.WRITE)
        async with raw_client(host.url, DOCUMENT, people[0]) as one:
            await one.joined()
            async with raw_client(host.url, DOCUMENT, people[1 % len(people)]) as two:
                await two.joined()
                async with raw_client(host.url, DOCUMENT, people[2 % len(people)]) as three:
                    assert await three.ends() == (4429, "too_many_connections")
            await eventually(lambda: b"lectern_sockets 1.0" in host.engine.metrics.exposition(), "one socket to go")
            async with raw_client(host.url, DOCUMENT, people[-1]) as four:
                await four.joined()
                # Another document of the same person on the same socket counts once.
                assert isinstance(next(iter(host.engine._sessions)).admission, Admission)


async def test_11_who_does_not_authenticate_in_time_is_sent_away() -> None:
    async with engine_host(None, DOCUMENT, limits=replace(LIMITS, authentication_seconds=0.1)) as host:
        host.doorkeeper.let("ada", DOCUMENT, Right.WRITE)
        async with (
            raw_client(host.url, DOCUMENT, None, dialect="hocuspocus") as silent,
            raw_client(host.url, DOCUMENT, None, dialect="hocuspocus") as talkative,
            raw_client(host.url, DOCUMENT, "forged", dialect="hocuspocus") as refused,
            raw_client(host.url, DOCUMENT, "ada", dialect="hocuspocus") as honest,
        ):
            await talkative.step1()
            await honest.joined()
            for client in (silent, talkative, refused):
                assert await client.ends() == (4408, "no_authentication_in_time")
            # A session that never says who it is goes silently from a socket that has others.
            await honest.step1(key="another")
            await eventually(lambda: b"lectern_sockets 1.0" in host.engine.metrics.exposition(), "the others to go")
            await honest.asked_and_answered()
            del silent, talkative, refused
