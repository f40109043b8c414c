"""The engine behind its real WebSocket endpoints on a loopback port, with rights that the test sets."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import uvicorn
from starlette.applications import Starlette

from collab_server.cluster.node import Node
from collab_server.engine import Engine, EngineLimits
from collab_server.errors import EngineError, NotFound, Unauthenticated
from collab_server.gateway import routes
from collab_server.http_protocol import BoundedHttpProtocol
from collab_server.metrics import Metrics
from collab_server.ports import Admission, Participant, Right, UpdateLog
from collab_server.registry import RegistryLimits
from collab_server.room_host import RoomLimits
from collab_server.session import SessionLimits
from collab_server.wire import UpgradeProtocol
from persistence.edit_log import PostgresEditLog
from tests.memory_bus import MemoryBus, MemoryPlace
from tests.memory_log import MemoryEditLog, MemoryLog

LIMITS = EngineLimits(
    registry=RegistryLimits(unload_seconds=30, room=RoomLimits(document_max_bytes=4_000_000)),
    session=SessionLimits(message_max_bytes=100_000, first_sync_max_bytes=1_000_000),
    outbox_max_bytes=8_000_000,
    authentication_seconds=10,
)


class ListedDoorkeeper:
    """Lets in whom the test has listed: a token is a user's name, valid as long as it is listed."""

    def __init__(self) -> None:
        self._people: dict[str, Participant] = {}
        self._rights: dict[tuple[UUID, UUID], Right] = {}
        self.token_seconds = 900.0

    def let(self, name: str, document_id: UUID, right: Right | None) -> str:
        """Give, change or (None) take away a person's right; returns the token."""
        person = self._people.setdefault(name, Participant(uuid4(), name, "student", "#0072b2"))
        if right is None:
            self._rights.pop((person.id, document_id), None)
        else:
            self._rights[person.id, document_id] = right
        return name

    def person(self, name: str) -> Participant:
        return self._people[name]

    def rename(self, name: str, person: Participant) -> None:
        """Change who the owner of a token is to the others."""
        self._people[name] = person

    def block(self, name: str) -> None:
        """Make the person's token worthless."""
        person = self._people.pop(name)
        self._people[f"blocked {name}"] = person

    async def admit(self, token: str, document_name: str) -> Admission:
        if not token:
            raise Unauthenticated("token_missing")
        if token not in self._people:
            raise Unauthenticated("token_invalid")
        person = self._people[token]
        try:
            document_id = UUID(document_name)
        except ValueError:
            raise NotFound("not_found") from None
        expires_at = datetime.now(UTC) + timedelta(seconds=self.token_seconds)
        return self._decide(Admission(document_id, person, uuid4(), Right.READ, expires_at))

    async def review(self, admissions: Sequence[Admission]) -> list[Admission | EngineError]:
        return [self._reviewed(admission) for admission in admissions]

    def _reviewed(self, admission: Admission) -> Admission | EngineError:
        for name, person in self._people.items():
            if person.id == admission.participant.id and not name.startswith("blocked "):
                try:
                    return self._decide(replace(admission, participant=person))
                except NotFound as error:
                    return error
        return Unauthenticated("account_blocked")

    def _decide(self, admission: Admission) -> Admission:
        right = self._rights.get((admission.participant.id, admission.document_id))
        if right is None:
            raise NotFound("not_found")
        return replace(admission, right=right)


@dataclass
class EngineHost:
    """A running engine and what the test may turn."""

    url: str
    engine: Engine
    doorkeeper: ListedDoorkeeper
    log: UpdateLog
    node: Node | None = None
    news: list[Mapping[str, str]] = field(default_factory=list)


@asynccontextmanager
async def engine_host(
    log: UpdateLog | None = None,
    *documents: UUID,
    limits: EngineLimits = LIMITS,
    doorkeeper: ListedDoorkeeper | None = None,
    port: int = 0,
    bus: MemoryBus | None = None,
    secret_key: str = "secret",
) -> AsyncIterator[EngineHost]:
    """Serve an engine until the block ends; another one on the same log, doorkeeper and port is its restart.

    bus: with the others on the same wire it is one cluster.
    """
    doorkeeper = doorkeeper or ListedDoorkeeper()
    log = log or MemoryLog(*documents)
    edit_log = MemoryEditLog(log) if isinstance(log, MemoryLog) else PostgresEditLog()
    metrics = Metrics()
    node = None if bus is None else Node(bus, MemoryPlace(), log, secret_key=secret_key, metrics=metrics)
    engine = Engine(log, doorkeeper, limits=limits, metrics=metrics, edit_log=edit_log, nodes=node)
    news: list[Mapping[str, str]] = []
    if node is not None:
        await node.start(engine, news_listener=news.append)
    listener = socket.create_server(("127.0.0.1", port))
    config = uvicorn.Config(
        Starlette(routes=routes(engine)),
        http=BoundedHttpProtocol,
        ws=UpgradeProtocol,
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:  # noqa: ASYNC110 -- uvicorn tells nobody
            await asyncio.sleep(0)
        yield EngineHost(f"ws://127.0.0.1:{listener.getsockname()[1]}", engine, doorkeeper, log, node, news)
    finally:
        await engine.close()
        if node is not None:
            await node.close()
        server.should_exit = True
        await serving
        listener.close()
