"""The load: many clients on one core, one epoll loop, no work per message but to note when its bytes came.

What the bytes mean is worked out afterwards (evidence.py), so that a server that is fast is not measured by a client that is slow.
"""

import errno
import select
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from time import perf_counter, sleep

from benchmarks.wire import CLOSE, PING, FrameReader, Kind, Target, pong

CHUNK_BYTES = 262_144
SETTLED_SECONDS = 0.4
NAP_SECONDS = 0.0001
"""How long the load looks away when there was nothing to do. The kernel's own work finds a core free meanwhile, and does not push
the server or the load aside for milliseconds at a time."""
_IN, _BOTH = select.EPOLLIN, select.EPOLLIN | select.EPOLLOUT

Scheduled = tuple[float, "Client", bytes]
Chunk = tuple[float, "Client", bytes]


class LoadError(Exception):
    """A server did not take the load: it refused, closed, or never answered."""


@dataclass(eq=False, slots=True)
class Client:
    """One connection. While clients join, its messages are read as they come; while a load plays, only its bytes are kept.

    Where it is not `recorded` not even those: its server has the work of serving it all the same. A `brief` one may be closed by the
    server, which has answered it.
    """

    target: Target
    reader: FrameReader = field(default_factory=FrameReader)
    connection: socket.socket | None = None
    open: bool = False
    started_at: float = 0.0
    synced_at: float = 0.0
    state: bytes | None = None
    early: list[bytes] = field(default_factory=list)
    recorded: bool = True
    brief: bool = False
    last_at: float = 0.0
    _answer: bytes = b""
    unsent: bytes = b""

    @property
    def document(self) -> tuple[bytes, ...]:
        """Return all updates of the document that came while clients were joining: what a server made ready, and what completes it."""
        return (*self.early, *(() if self.state is None else (self.state,)))

    def take(self, at: float, data: bytes) -> None:
        """Read what came while clients are still joining; raises LoadError."""
        if not self.open:
            self._answer += data
            head, found, data = self._answer.partition(b"\r\n\r\n")
            if not found:
                return
            if b" 101 " not in head.split(b"\r\n", 1)[0]:
                raise LoadError(f"the upgrade was refused: {head[:80]!r}")
            self.open = True
            self.unsent += self.target.greeting()
        if not data:
            return
        for message in self.reader.feed(data):
            kind, payload = self.target.read(message)
            if kind is Kind.STATE and self.state is None:
                self.state = payload
                self.synced_at = self.last_at = at
            elif kind is Kind.UPDATE:
                self.early.append(payload)
                self.last_at = at
            elif kind is Kind.REFUSED:
                raise LoadError(f"refused: {payload!r}")
        self._obey()

    def _obey(self) -> None:
        for opcode, payload in self.reader.controls:
            if opcode == PING:
                self.unsent += pong(payload)
            elif opcode == CLOSE:
                raise LoadError(f"closed by the server: {payload!r}")
        self.reader.controls.clear()


class Load:
    """All clients of one case."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._clients: dict[int, Client] = {}
        self._writing: set[int] = set()
        self.lag = 0.0

    def close(self) -> None:
        """Leave."""
        for client in self._clients.values():
            if client.connection is not None:
                client.connection.close()
        self._clients.clear()
        self._epoll.close()

    def join(
        self,
        clients: Sequence[Client],
        *,
        within: float = 0.0,
        limit: float = 60.0,
        at_once: int = 64,
        synced: bool = True,
    ) -> None:
        """Connect clients and wait until each has the document; raises LoadError.

        Spread evenly over `within` seconds, or without it as fast as the server takes them, `at_once` at a time.
        """
        started = perf_counter()
        waiting = list(reversed(clients))
        due = [started + within * number / len(clients) for number in range(len(clients))][::-1]
        missing = set(clients)
        while missing:
            now = perf_counter()
            while waiting and (due[-1] <= now if within else len(missing) - len(waiting) < at_once):
                due.pop()
                self._connect(waiting.pop(), now)
            if now - started > limit:
                raise LoadError(f"{len(missing)} of {len(clients)} clients were not served in {limit} s")
            for descriptor, events in self._epoll.poll(0.002, 256):
                client = self._clients[descriptor]
                if events & ~select.EPOLLOUT:
                    client.take(perf_counter(), self._receive(client))
                self._flush(descriptor, client)
                if client.open and (client.synced_at or not synced) and not client.unsent:
                    missing.discard(client)

    def settle(self, seconds: float = SETTLED_SECONDS) -> None:
        """Read on until nothing more comes for a while."""
        until = perf_counter() + seconds
        while (now := perf_counter()) < until:
            for descriptor, events in self._epoll.poll(until - now, 256):
                client = self._clients[descriptor]
                if events & ~select.EPOLLOUT:
                    client.take(perf_counter(), self._receive(client))
                    until = perf_counter() + seconds
                self._flush(descriptor, client)

    def say(self, client: Client, frame: bytes) -> None:
        """Send a frame of any size now, outside of a measurement."""
        client.unsent += frame
        assert client.connection is not None
        while client.unsent:
            self._flush(client.connection.fileno(), client)
            for descriptor, events in self._epoll.poll(0.01, 256):
                other = self._clients[descriptor]
                if events & ~select.EPOLLOUT:
                    other.take(perf_counter(), self._receive(other))
                self._flush(descriptor, other)

    def play(
        self,
        schedule: Sequence[Scheduled],
        *,
        limit: float,
        at: Iterable[tuple[float, Callable[[], None]]] = (),
        settled: float = SETTLED_SECONDS,
        calm: Callable[[], bool] = lambda: True,
    ) -> list[Chunk]:
        """Send each frame at its time (seconds from now) and return what came.

        Ends when nothing has come for a while and the server is `calm`: one that is silent because it is still at work has
        lost nothing yet. `at`: what else to do at which time. It naps by the clock, and never waits at its sockets: a server must not
        pay for waking it up.
        """
        chunks: list[Chunk] = []
        note = chunks.append
        clients, poll, clock = self._clients, self._epoll.poll, perf_counter
        actions = sorted(at, key=lambda action: action[0])
        start = clock()
        position, end = 0, len(schedule)
        heard = start
        self.lag = 0.0
        self.started = start
        while True:
            now = clock() - start
            while position < end and schedule[position][0] <= now:
                due, client, frame = schedule[position]
                position += 1
                self.lag = max(self.lag, now - due)
                if client.unsent:
                    client.unsent += frame
                else:
                    self._send(client, frame)
            while actions and actions[0][0] <= now:
                actions.pop(0)[1]()
            if position == end and start + now - heard > settled and not actions:
                if calm():
                    break
                heard = clock()
            if now > limit:
                raise LoadError(f"still busy after {limit} s")
            ready = poll(0, 128)
            if not ready and (position == end or schedule[position][0] - now > NAP_SECONDS):
                sleep(NAP_SECONDS)
            for descriptor, events in ready:
                client = clients[descriptor]
                if events & select.EPOLLOUT:
                    self._flush(descriptor, client)
                if events & ~select.EPOLLOUT:
                    heard = clock()
                    data = self._receive(client)
                    if client.recorded:
                        note((heard - start, client, data))
        return chunks

    def connect(self, client: Client) -> None:
        """Connect a client while a load plays; what its target says first is sent at once."""
        self._connect(client, perf_counter())

    def _connect(self, client: Client, now: float) -> None:
        connection = socket.socket()
        connection.settimeout(0)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        code = connection.connect_ex((client.target.host, client.target.port))
        if code not in (0, errno.EINPROGRESS):
            raise LoadError(f"cannot connect: {errno.errorcode.get(code, code)}")
        client.connection = connection
        client.started_at = now
        client.unsent = client.target.upgrade()
        descriptor = connection.fileno()
        self._clients[descriptor] = client
        self._epoll.register(descriptor, _BOTH)
        self._writing.add(descriptor)

    def _receive(self, client: Client) -> bytes:
        assert client.connection is not None
        try:
            data = client.connection.recv(CHUNK_BYTES)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise LoadError(f"connection lost: {error}") from None
        if not data:
            if not client.brief:
                raise LoadError("connection closed by the server")
            self._epoll.unregister(client.connection.fileno())
        return data

    def _send(self, client: Client, frame: bytes) -> None:
        assert client.connection is not None
        try:
            sent = client.connection.send(frame)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            raise LoadError(f"connection lost: {error}") from None
        if sent < len(frame):
            client.unsent = frame[sent:]
            self._watch(client.connection.fileno(), writing=True)

    def _flush(self, descriptor: int, client: Client) -> None:
        if client.unsent:
            data, client.unsent = client.unsent, b""
            self._send(client, data)
        self._watch(descriptor, writing=bool(client.unsent))

    def _watch(self, descriptor: int, *, writing: bool) -> None:
        if writing != (descriptor in self._writing):
            self._epoll.modify(descriptor, _BOTH if writing else _IN)
            (self._writing.add if writing else self._writing.remove)(descriptor)


def frames(client: Client, updates: Iterable[bytes]) -> bytes:
    """Return the frames of several updates, one behind the other."""
    return b"".join(client.target.update(update) for update in updates)
