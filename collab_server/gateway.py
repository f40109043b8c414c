"""The WebSocket endpoints: sockets in, sessions out. Tokens are taken from the request here and never leave but to the doorkeeper."""

import asyncio
from collections.abc import Hashable
from ipaddress import ip_address
from time import monotonic
from typing import Protocol
from uuid import UUID, uuid4

import structlog
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from collab_server.connection import Connection
from collab_server.dialect import Dialect, HocuspocusDialect, YWebSocketDialect
from collab_server.engine import Engine
from collab_server.errors import EngineError, Malformed, TooMany, TooSlow
from collab_server.protocol import hocuspocus, y_websocket
from collab_server.protocol.messages import Leave, Message, Pong, Token
from collab_server.quotas import MessageRate
from collab_server.wire import Wire, take_over

_log = structlog.get_logger(__name__)

_BEARER_PROTOCOL = "bearer."
MAX_KEY_CHARACTERS = 256
ENVELOPE_BYTES = 4096
"""What stands around an update in a message: the document's name, lengths, types."""


def routes(engine: Engine) -> list[WebSocketRoute]:
    """Return the two endpoints. They end when the socket is open: the engine reads and writes it from then on."""

    async def collab(websocket: WebSocket) -> None:
        speaks_lectern = y_websocket.SUBPROTOCOL in websocket.scope["subprotocols"]
        name, token = websocket.path_params["document_name"], _token(websocket)
        await websocket.accept(y_websocket.SUBPROTOCOL if speaks_lectern else None)
        socket = _open(engine, websocket)
        socket.start(OneDocument(socket, name, token=token, acknowledges=speaks_lectern))

    async def many(websocket: WebSocket) -> None:
        await websocket.accept()
        socket = _open(engine, websocket)
        socket.start(ManyDocuments(socket))

    return [
        WebSocketRoute("/collab/{document_name:path}", collab),
        WebSocketRoute("/hocuspocus", many),
    ]


def _open(engine: Engine, websocket: WebSocket) -> "Socket":
    limits = engine.limits
    wire = take_over(
        websocket.scope,
        owed_max_bytes=limits.outbox_max_bytes,
        message_max_bytes=limits.session.first_sync_max_bytes + ENVELOPE_BYTES,
    )
    return Socket(engine, wire, host="" if websocket.client is None else websocket.client.host)


def _token(websocket: WebSocket) -> str:
    """Find the access token of a y-websocket client; empty where there is none."""
    scheme, _, credentials = websocket.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip()
    for protocol in websocket.scope["subprotocols"]:
        if protocol.startswith(_BEARER_PROTOCOL):
            return str(protocol.removeprefix(_BEARER_PROTOCOL))
    return websocket.query_params.get("token", "")


class Conversation(Protocol):
    """What a dialect makes of a socket's messages."""

    def opened(self) -> None:
        """Start, once the socket is open."""

    def received(self, data: bytes) -> None:
        """Take one binary message; raises EngineError to close the socket."""


class Socket:
    """One open WebSocket and the sessions on it; implements wire.Receiver."""

    __slots__ = (
        "_address",
        "_admitted",
        "_conversation",
        "_counted",
        "_deadline",
        "_people",
        "_rate",
        "connections",
        "engine",
        "id",
        "wire",
    )

    def __init__(self, engine: Engine, wire: Wire, *, host: str) -> None:
        self.id: UUID = uuid4()
        self.engine = engine
        self.wire = wire
        self.connections: dict[str, Connection] = {}
        # In development every socket of this machine counts for itself only.
        self._address: Hashable = self.id if engine.limits.loopback_unbounded and _is_loopback(host) else host
        self._people: set[UUID] = set()
        self._admitted = False
        self._counted = False
        self._conversation: Conversation | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._rate = MessageRate(engine.limits.messages_per_second, now=monotonic())

    def start(self, conversation: Conversation) -> None:
        """Serve the socket from now on."""
        self._conversation = conversation
        self.engine.opened(self)
        self.wire.start(self)
        try:
            self.engine.sockets_of_addresses.take(self._address)
            self._counted = True
        except TooMany as error:
            self.refuse(error)
            return
        loop = asyncio.get_running_loop()
        self._deadline = loop.call_later(self.engine.limits.authentication_seconds, self._check)
        conversation.opened()

    def open(self, key: str, document_name: str, dialect: Dialect) -> Connection:
        """Start a session in a document."""
        connection = Connection(
            self.engine,
            document_name,
            socket_id=self.id,
            dialect=dialect,
            wire=self.wire,
            on_join=self._identify,
            on_end=lambda: self._forget(key, connection),
        )
        self.connections[key] = connection
        return connection

    def refuse(self, error: EngineError) -> None:
        """Close the socket for a reason."""
        self.wire.end(error)

    def received(self, data: bytes) -> None:
        """Take one message; raises EngineError where it ends the socket."""
        self._rate.take(monotonic())
        if self._conversation is not None:
            self._conversation.received(data)

    def drained(self) -> None:
        """Bring every document up to date."""
        for connection in list(self.connections.values()):
            connection.drained()

    def ending(self, error: EngineError) -> None:
        """Leave every document at once, though the peer may never read why; not in the middle of somebody's fan-out."""
        self.engine.metrics.refusals.labels(code=error.code, reason=error.reason).inc()
        sessions = [connection.description for connection in self.connections.values()]
        _log.info("socket refused", socket=str(self.id), code=error.code, reason=error.reason, sessions=sessions)
        asyncio.get_running_loop().call_soon(self._leave)

    def lost(self) -> None:
        """Leave every document."""
        if self._deadline is not None:
            self._deadline.cancel()
        self._leave()
        if self._counted:
            self.engine.sockets_of_addresses.give_back(self._address)
        for person in self._people:
            self.engine.sockets_of_people.give_back(person)
        self.engine.lost(self)

    def _identify(self, person: UUID) -> None:
        """Count this socket for a person who takes part through it; raises TooMany."""
        self._admitted = True
        if person not in self._people:
            self.engine.sockets_of_people.take(person)
            self._people.add(person)

    def _forget(self, key: str, connection: Connection) -> None:
        if self.connections.get(key) is connection:
            del self.connections[key]

    def _check(self) -> None:
        # A refused token is as good as none; one that is still being checked is not its sender's fault.
        if not self._admitted and not any(connection.deciding for connection in self.connections.values()):
            self.refuse(TooSlow("no_authentication_in_time"))

    def _leave(self) -> None:
        for connection in list(self.connections.values()):
            connection.end(None)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class OneDocument:
    """A y-websocket conversation: the address names the document, the request carried the token."""

    def __init__(self, socket: Socket, document_name: str, *, token: str, acknowledges: bool) -> None:
        self._connection = socket.open("", document_name, YWebSocketDialect(acknowledges=acknowledges))
        self._token = token

    def opened(self) -> None:
        """Hand the token in."""
        self._connection.receive(Token(self._token))

    def received(self, data: bytes) -> None:
        """Pass the message on."""
        self._connection.receive(y_websocket.decode(data))


class ManyDocuments:
    """A Hocuspocus conversation: every message names its document."""

    def __init__(self, socket: Socket) -> None:
        self._socket = socket

    def opened(self) -> None:
        """The client speaks first."""

    def received(self, data: bytes) -> None:
        """Find the message's session, or start one."""
        key, message = hocuspocus.decode(data)
        connection = self._socket.connections.get(key)
        if connection is None:
            connection = self._start(key, message)
        if connection is not None:
            connection.receive(message)

    def _start(self, key: str, message: Message) -> Connection | None:
        # What trails behind the end of a session, a last presence say, does not start another.
        if isinstance(message, Pong | Leave):
            return None
        if len(key) > MAX_KEY_CHARACTERS:
            raise Malformed("document_name_too_long")
        if len(self._socket.connections) >= self._socket.engine.limits.documents_per_socket:
            raise TooMany("too_many_documents")
        return self._socket.open(key, hocuspocus.document_name(key), HocuspocusDialect(key))
