"""The way between nodes: channels that carry messages to whoever listens just now. A port, and Redis behind it.

Redis' plain publish and subscribe, not its streams: what must not be lost is in the update log, in order, before anything is
published. A stream would keep it a second time and would have to be trimmed; a lost message costs one look into the log.
One channel per open document, so that a node is sent what it has open and nothing else.
"""

import asyncio
import random
from contextlib import suppress
from typing import Protocol

import structlog

from collab_server.cluster.redis_connection import RedisConnection, RedisRefused, command

WAITING_MAX_BYTES = 16 * 1024 * 1024
"""What waits for a slow Redis; above it everything is dropped, and the others are told to look into the log."""
ANSWER_SECONDS = 2.0
LOOK_SECONDS = 0.25
AGAIN_SECONDS = (0.1, 0.2, 0.4, 0.8, 1.0)
CHANNELS_TOGETHER = 1_000

_log = structlog.get_logger(__name__)


class BusListener(Protocol):
    """Hears what comes over the bus."""

    def message(self, channel: bytes, message: bytes) -> None:
        """Hear a message."""

    def subscribed(self, channel: bytes) -> None:
        """Hear that from now on nothing is missed of a channel; what came before may have been."""

    def fell_silent(self) -> None:
        """Hear that from now on nothing is heard, until our own messages come back."""

    def lost_some(self) -> None:
        """Hear that messages of ours were not delivered to anybody, and that the bus takes messages again."""


class Bus(Protocol):
    """Carries messages. Nothing waits, and nothing raises: what is not delivered is lost."""

    def publish(self, channel: bytes, message: bytes) -> None:
        """Send a message to everybody who has subscribed to a channel, us included."""

    def subscribe(self, channel: bytes) -> None:
        """Hear of a channel soon; the listener is told when."""

    def unsubscribe(self, channel: bytes) -> None:
        """Hear no more of a channel."""

    def start(self, listener: BusListener) -> None:
        """Begin to carry."""

    def reconnect(self) -> None:
        """Give a connection up that says nothing, and make another one."""

    async def close(self) -> None:
        """Deliver what waits, and stop."""


class RedisBus:
    """Implements Bus with one connection. What is said in one step of the loop goes out together."""

    def __init__(self, url: str) -> None:
        """`url`: see RedisConnection.connect."""
        self._url = url
        self._channels: dict[bytes, None] = {}
        self._outgoing: list[bytes] = []
        self._outgoing_bytes = 0
        self._answers = 0
        self._flushing = False
        self._lost = False
        self._listener: BusListener | None = None
        self._connection: RedisConnection | None = None
        self._running: asyncio.Task[None] | None = None

    def start(self, listener: BusListener) -> None:
        """See Bus."""
        self._listener = listener
        self._running = asyncio.create_task(self._run(), name="bus")

    def publish(self, channel: bytes, message: bytes) -> None:
        """See Bus."""
        self._send(command("PUBLISH", channel, message), answers=1)

    def subscribe(self, channel: bytes) -> None:
        """See Bus."""
        self._channels[channel] = None
        if self._connection is not None:
            self._send(command("SUBSCRIBE", channel))

    def unsubscribe(self, channel: bytes) -> None:
        """See Bus."""
        if channel in self._channels:
            del self._channels[channel]
            if self._connection is not None:
                self._send(command("UNSUBSCRIBE", channel))

    def reconnect(self) -> None:
        """See Bus."""
        if self._connection is not None:
            self._connection.abort(TimeoutError("it says nothing"))

    async def close(self) -> None:
        """See Bus."""
        if self._connection is not None:
            self._flush()
            with suppress(OSError, RedisRefused, TimeoutError):
                await asyncio.wait_for(self._connection.answered(), ANSWER_SECONDS)
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running

    def _send(self, words: bytes, *, answers: int = 0) -> None:
        self._outgoing.append(words)
        self._outgoing_bytes += len(words)
        self._answers += answers
        if self._connection is None:
            if self._outgoing_bytes > WAITING_MAX_BYTES:
                self._drop()
        elif not self._flushing:
            self._flushing = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._flushing = False
        if self._connection is None or not self._outgoing:
            return
        self._connection.send(b"".join(self._outgoing), answers=self._answers)
        self._forget_outgoing()
        if self._connection.unsent_bytes > WAITING_MAX_BYTES:
            self._connection.abort(TimeoutError("it takes too little at once"))

    def _drop(self) -> None:
        self._lost = self._lost or bool(self._answers)
        self._forget_outgoing()

    def _forget_outgoing(self) -> None:
        self._outgoing = []
        self._outgoing_bytes = self._answers = 0

    async def _run(self) -> None:
        failures = 0
        while True:
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    connection = await RedisConnection.connect(self._url, self._hear)
            except (OSError, RedisRefused) as error:
                self._drop()
                if failures == 0:
                    _log.warning("redis is not heard", error=_words(error))
                failures += 1
            else:
                failures = 0
                await self._use(connection)
            await asyncio.sleep(_pause(failures))

    async def _use(self, connection: RedisConnection) -> None:
        """Carry over a connection until it ends."""
        channels = list(self._channels)
        for start in range(0, len(channels), CHANNELS_TOGETHER):
            connection.send(command("SUBSCRIBE", *channels[start : start + CHANNELS_TOGETHER]), answers=0)
        self._connection = connection
        try:
            self._flush()
            if self._lost and self._listener is not None:
                self._lost = False
                self._listener.lost_some()
            while not connection.ended.done():
                await asyncio.wait([connection.ended], timeout=LOOK_SECONDS)
                if connection.waiting_seconds > ANSWER_SECONDS:
                    connection.abort(TimeoutError("it does not answer"))
            _log.warning("redis is not heard", error=_words(connection.ended.result()))
            if self._listener is not None:
                self._listener.fell_silent()
            self._lost = self._lost or connection.unanswered > 0
        finally:
            self._connection = None
            self._drop()
            connection.abort(ConnectionAbortedError("the bus is closed"))

    def _hear(self, pushed: list[bytes]) -> None:
        kind, channel, *message = pushed
        if self._listener is None or channel not in self._channels:
            return
        if kind == b"message":
            self._listener.message(channel, message[0])
        elif kind == b"subscribe":
            self._listener.subscribed(channel)


def _pause(failures: int) -> float:
    """Return how long to wait; not all nodes come back in the same moment."""
    longest = AGAIN_SECONDS[min(failures, len(AGAIN_SECONDS) - 1)]
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 -- no secret


def _words(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
