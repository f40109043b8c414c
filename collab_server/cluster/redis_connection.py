"""One connection to a Redis: commands go out and nothing waits; answers are counted, and what is pushed is handed on.

RESP3, so that one connection both publishes and listens. Parsed by hiredis; a client library on top of it would take some ten
times what the message itself takes, for every message of every node.
"""

import asyncio
import ssl
from collections.abc import Callable
from time import monotonic
from typing import Self, cast
from urllib.parse import unquote, urlsplit

import hiredis

PORT = 6379


class RedisRefused(Exception):
    """Redis answered with an error; its words are the message."""


class RedisConnection(asyncio.Protocol):
    """Made with `connect`. `on_push` gets what Redis sends by itself, a list that begins with its kind."""

    def __init__(self, on_push: Callable[[list[bytes]], None]) -> None:
        self._on_push = on_push
        self._reader = hiredis.Reader()
        self.unanswered = 0
        self._heard_at = monotonic()
        self._transport: asyncio.Transport | None = None
        self._answered = asyncio.Event()
        self._error: Exception | None = None
        self.ended: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()
        """Gives why, when the connection has ended."""

    @classmethod
    async def connect(cls, url: str, on_push: Callable[[list[bytes]], None]) -> Self:
        """Connect to redis://[user[:password]@]host[:port], rediss:// (TLS) or unix://[user[:password]@]/path, and say who one is.

        Raises:
            OSError: there is nobody, or not whom the certificate should name.
            RedisRefused: it lets nobody in, or not us.
        """
        parts = urlsplit(url)
        loop = asyncio.get_running_loop()
        if parts.scheme == "unix":
            _, made = await loop.create_unix_connection(lambda: cls(on_push), unquote(parts.path))
        else:
            tls = ssl.create_default_context() if parts.scheme == "rediss" else None
            host = parts.hostname or "localhost"
            _, made = await loop.create_connection(lambda: cls(on_push), host, parts.port or PORT, ssl=tls)
        hello: list[str] = ["HELLO", "3"]
        if parts.password is not None:
            hello += ["AUTH", unquote(parts.username or "default"), unquote(parts.password)]
        made.send(command(*hello, "SETNAME", "lectern"), answers=1)
        try:
            await made.answered()
        except BaseException:
            made.abort(ConnectionAbortedError("given up"))
            raise
        return made

    def send(self, commands: bytes, *, answers: int) -> None:
        """Send commands, of which so many will be answered; the others are answered by a push, or not at all."""
        if self._transport is None:
            return
        if not self.unanswered:
            self._heard_at = monotonic()
        self.unanswered += answers
        self._transport.write(commands)

    async def answered(self) -> None:
        """Return when all that was sent is answered. Raises what ended the connection before."""
        while self.unanswered:
            if self.ended.done():
                raise self.ended.result()
            self._answered.clear()
            await self._answered.wait()

    @property
    def waiting_seconds(self) -> float:
        """Return for how long nothing has come although an answer is due."""
        return monotonic() - self._heard_at if self.unanswered else 0.0

    @property
    def unsent_bytes(self) -> int:
        """Return how much the other side has not taken yet."""
        return self._transport.get_write_buffer_size() if self._transport is not None else 0

    def abort(self, error: Exception) -> None:
        """End the connection at once, for a reason."""
        self._error = self._error or error
        if self._transport is not None:
            self._transport.abort()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        # uvloop's is not of asyncio's class, but has all its methods.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        self._heard_at = monotonic()
        self._reader.feed(data)
        try:
            while (reply := self._reader.gets()) is not False:
                if isinstance(reply, hiredis.PushNotification):
                    self._on_push(reply)
                elif isinstance(reply, hiredis.ReplyError):
                    self.abort(RedisRefused(str(reply)))
                    return
                else:
                    self.unanswered -= 1
        except hiredis.ProtocolError:
            self.abort(RedisRefused("what answers is no Redis"))
            return
        if not self.unanswered:
            self._answered.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        self._transport = None
        if not self.ended.done():
            self.ended.set_result(self._error or exc or ConnectionResetError("the connection was closed"))
        self._answered.set()


def command(*words: str | bytes) -> bytes:
    """Return a command as it is sent."""
    packed: bytes = hiredis.pack_command(words)  # type: ignore[arg-type]  # its stubs take one word only
    return packed
