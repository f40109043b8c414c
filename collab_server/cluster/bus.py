"""The way between nodes: channels that carry messages to whoever listens just now. A port, and Redis behind it.

Redis' plain publish and subscribe, not its streams: what must not be lost is in the update log, in order, before anything is
published. A stream would keep it a second time and would have to be trimmed; a lost message costs one look into the log.
One channel per open document, so that a node is sent what it has open and nothing else.
"""

import asyncio
import random
from collections import deque
from contextlib import suppress
from functools import partial
from typing import Any, Protocol

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

PUBLISHED_TOGETHER = 500
WAITING_MAX_BYTES = 16 * 1024 * 1024
"""What waits for a slow Redis; above it everything is dropped, and the others are told to look into the log."""
ANSWER_SECONDS = 2.0
AGAIN_SECONDS = (0.1, 0.2, 0.4, 0.8, 1.0)
CHANNELS_TOGETHER = 1_000

_log = structlog.get_logger(__name__)


class BusListener(Protocol):
    """Hears what comes over the bus."""

    def message(self, channel: bytes, message: bytes) -> None:
        """Hear a message."""

    def subscribed(self, channel: bytes) -> None:
        """Hear that from now on nothing is missed of a channel; what came before may have been."""

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
    """Implements Bus with two connections: one listens, the other one publishes."""

    def __init__(self, url: str) -> None:
        """`url`: redis://, rediss:// or unix://."""
        self._redis: Any = Redis.from_url(
            url,
            protocol=2,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
            socket_keepalive=True,
            retry=Retry(NoBackoff(), 0),
            client_name="lectern",
        )
        self._channels: dict[bytes, None] = {}
        self._waiting: deque[tuple[bytes, bytes]] = deque()
        self._waiting_bytes = 0
        self._filled = asyncio.Event()
        self._wanted = asyncio.Event()
        self._changed: list[bytes] = []
        self._lost = False
        self._closing = False
        self._reading: asyncio.Task[None] | None = None
        self._listening: asyncio.Task[None] | None = None
        self._publishing: asyncio.Task[None] | None = None

    def start(self, listener: BusListener) -> None:
        """See Bus."""
        self._publishing = asyncio.create_task(self._publish_all(listener), name="bus out")
        self._listening = asyncio.create_task(self._listen(listener), name="bus in")

    def publish(self, channel: bytes, message: bytes) -> None:
        """See Bus."""
        self._waiting.append((channel, message))
        self._waiting_bytes += len(message)
        if self._waiting_bytes > WAITING_MAX_BYTES:
            self._drop()
        self._filled.set()

    def subscribe(self, channel: bytes) -> None:
        """See Bus."""
        self._channels[channel] = None
        self._changed.append(channel)
        self._wanted.set()

    def unsubscribe(self, channel: bytes) -> None:
        """See Bus."""
        self._channels.pop(channel, None)
        self._changed.append(channel)
        self._wanted.set()

    def reconnect(self) -> None:
        """See Bus."""
        if self._reading is not None:
            # With it all that hangs on the connection ends, and begins anew.
            self._reading.cancel()

    async def close(self) -> None:
        """See Bus."""
        self._closing = True
        self._filled.set()
        if self._publishing is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._publishing, ANSWER_SECONDS)
        if self._listening is not None:
            self._listening.cancel()
            with suppress(asyncio.CancelledError):
                await self._listening
        with suppress(RedisError, OSError):
            await self._redis.aclose()

    def _drop(self) -> None:
        self._waiting.clear()
        self._waiting_bytes = 0
        self._lost = True

    async def _publish_all(self, listener: BusListener) -> None:
        failures = 0
        while not (self._closing and not self._waiting):
            if not self._waiting:
                self._filled.clear()
                await self._filled.wait()
                continue
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), PUBLISHED_TOGETHER))]
            self._waiting_bytes -= sum(len(message) for _, message in batch)
            try:
                pipeline = self._redis.pipeline(transaction=False)
                for channel, message in batch:
                    pipeline.publish(channel, message)
                await pipeline.execute()
            except (RedisError, OSError) as error:
                self._drop()
                if failures == 0:
                    _log.warning("redis does not take messages", error=_words(error))
                if self._closing:
                    return
                await asyncio.sleep(_pause(failures))
                failures += 1
                continue
            failures = 0
            if self._lost:
                self._lost = False
                listener.lost_some()

    async def _listen(self, listener: BusListener) -> None:
        failures = 0
        while True:
            pubsub = self._redis.pubsub()
            # A new connection hears nothing yet.
            heard: set[bytes] = set()
            self._changed = list(self._channels)
            try:
                await self._subscribe(pubsub, heard, listener)
                failures = 0
                async with asyncio.TaskGroup() as both:
                    keeping = both.create_task(self._keep_subscribed(pubsub, heard, listener))
                    self._reading = both.create_task(self._read(pubsub, listener))
                    self._reading.add_done_callback(partial(_end_with, keeping))
            except* (RedisError, OSError, AttributeError, RuntimeError) as group:
                if failures == 0:
                    _log.warning("redis is not heard", error=_words(group.exceptions[0]))
                failures += 1
            finally:
                with suppress(RedisError, OSError):
                    await pubsub.aclose()
            await asyncio.sleep(_pause(failures))

    async def _read(self, pubsub: PubSub, listener: BusListener) -> None:
        while True:
            response = await pubsub.parse_response(block=True)
            if response[0] == b"message":
                listener.message(response[1], response[2])
            elif response[0] == b"subscribe" and response[1] in self._channels:
                listener.subscribed(response[1])

    async def _keep_subscribed(self, pubsub: PubSub, heard: set[bytes], listener: BusListener) -> None:
        while True:
            self._wanted.clear()
            await self._subscribe(pubsub, heard, listener)
            await self._wanted.wait()

    async def _subscribe(self, pubsub: PubSub, heard: set[bytes], listener: BusListener) -> None:
        """Have the channels heard that are wanted and are not, and no longer those that are not wanted any more."""
        changed, self._changed = dict.fromkeys(self._changed), []
        new = [channel for channel in changed if channel in self._channels and channel not in heard]
        old = [channel for channel in changed if channel not in self._channels and channel in heard]
        for channel in changed:
            if channel in self._channels and channel in heard:
                # Given up and wanted again in one moment: it was heard all the time.
                listener.subscribed(channel)
        heard.update(new)
        heard.difference_update(old)
        # Not the library's own methods: it would subscribe by itself, unheard, to all that it was ever subscribed to.
        for some in _split(new):
            await pubsub.execute_command("SUBSCRIBE", *some)
        for some in _split(old):
            await pubsub.execute_command("UNSUBSCRIBE", *some)


def _end_with(other: asyncio.Task[None], _ended: asyncio.Task[None]) -> None:
    other.cancel()


def _split(channels: list[bytes]) -> list[list[bytes]]:
    return [channels[start : start + CHANNELS_TOGETHER] for start in range(0, len(channels), CHANNELS_TOGETHER)]


def _pause(failures: int) -> float:
    """Return how long to wait; not all nodes come back in the same moment."""
    longest = AGAIN_SECONDS[min(failures, len(AGAIN_SECONDS) - 1)]
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 -- no secret


def _words(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
