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
from collab_server.errors import EngineError, Malformed, ReadingTooSlowly, TooMany, TooSlow
from collab_server.outbox import Outbox
from collab_server.protocol import hocuspocus, y_websocket
from collab_server.protocol.messages import Leave, Message, Pong, Token
from collab_server.quotas import MessageRate

_log = structlog.get_logger(__name__)

_BEARER_PROTOCOL = "bearer."
MAX_KEY_CHARACTERS = 256
CLOSING_SECONDS = 5
"""How long a peer that does not read keeps its socket after it was closed."""


def routes(engine: Engine) -> list[WebSocketRoute]:
    """Return the two endpoints."""

    async def collab(websocket: WebSocket) -> None:
        speaks_lectern = y_websocket.SUBPROTOCOL in websocket.scope["subprotocols"]
        await websocket.accept(y_websocket.SUBPROTOCOL if speaks_lectern else None)
        socket = Socket(engine, websocket)
        await socket.serve(
            OneDocument(
                socket,
                websocket.path_params["document_name"],
                token=_token(websocket),
                acknowledges=speaks_lectern,
            )
        )

    async def many(websocket: WebSocket) -> None:
        await websocket.accept()
        socket = Socket(engine, websocket)
        await socket.serve(ManyDocuments(socket))

    return [
        WebSocketRoute("/collab/{document_name:path}", collab),
        WebSocketRoute("/hocuspocus", many),
    ]


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
    """One accepted WebSocket: reads until either side ends it, then leaves every document."""

    def __init__(self, engine: Engine, websocket: WebSocket) -> None:
        self.id: UUID = uuid4()
        self.engine = engine
        self.connections: dict[str, Connection] = {}
        self._outbox = Outbox(websocket, limit_bytes=engine.limits.outbox_max_bytes, on_ending=self._leave_soon)
        self._websocket = websocket
        self._people: set[UUID] = set()
        self._admitted = False
        self._abandoned = False
        self._abandoning: asyncio.TimerHandle | None = None
        self._serving: asyncio.Task[object] | None = None
        self._rate = MessageRate(engine.limits.messages_per_second, now=monotonic())

    async def serve(self, conversation: Conversation) -> None:
        """Serve the socket until it is closed."""
        address = self._address()
        try:
            self.engine.sockets_of_addresses.take(address)
        except TooMany as error:
            await self._websocket.close(error.code, error.reason)
            return
        try:
            await self._converse(conversation)
        finally:
            self.engine.sockets_of_addresses.give_back(address)
            for person in self._people:
                self.engine.sockets_of_people.give_back(person)

    async def _converse(self, conversation: Conversation) -> None:
        self.engine.metrics.sockets.inc()
        self._serving = asyncio.current_task()
        sending = asyncio.create_task(self._outbox.drain())
        deadline = asyncio.get_running_loop().call_later(self.engine.limits.authentication_seconds, self._check)
        try:
            conversation.opened()
            await self._read(conversation)
            if not self._outbox.ending:
                sending.cancel()
            await asyncio.wait([sending])
        except asyncio.CancelledError:
            if not self._abandoned:
                raise
        finally:
            deadline.cancel()
            sending.cancel()
            self._leave()
            if self._abandoning is not None:
                self._abandoning.cancel()
            self.engine.metrics.sockets.dec()

    def open(self, key: str, document_name: str, dialect: Dialect) -> Connection:
        """Start a session in a document."""
        connection = Connection(
            self.engine,
            document_name,
            socket_id=self.id,
            dialect=dialect,
            outbox=self._outbox,
            on_join=self._identify,
            on_end=lambda: self._forget(key, connection),
        )
        self.connections[key] = connection
        return connection

    def refuse(self, error: EngineError) -> None:
        """Close the socket for a reason."""
        self.engine.metrics.refusals.labels(code=error.code, reason=error.reason).inc()
        _log.info("socket refused", socket=str(self.id), code=error.code, reason=error.reason)
        self._outbox.end(error)

    async def _read(self, conversation: Conversation) -> None:
        while not self._outbox.ending:
            event = await self._websocket.receive()
            if event["type"] == "websocket.disconnect":
                return
            try:
                self._rate.take(monotonic())
                data = event.get("bytes")
                if data is None:
                    raise Malformed("text_message")
                conversation.received(data)
            except EngineError as error:
                self.refuse(error)

    def _address(self) -> Hashable:
        """Return whom this socket counts for: its network address, or in development on this machine only itself."""
        client = self._websocket.client
        host = "" if client is None else client.host
        return self.id if self.engine.limits.loopback_unbounded and _is_loopback(host) else host

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

    def _leave_soon(self, error: EngineError) -> None:
        """Leave every document at once, though the peer may never read why; not in the middle of somebody's fan-out."""
        if isinstance(error, ReadingTooSlowly):
            self.engine.metrics.refusals.labels(code=error.code, reason=error.reason).inc()
        loop = asyncio.get_running_loop()
        loop.call_soon(self._leave)
        self._abandoning = loop.call_later(CLOSING_SECONDS, self._abandon)

    def _abandon(self) -> None:
        assert self._serving is not None
        self._abandoned = True
        self._serving.cancel()


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
