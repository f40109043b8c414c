"""A bus between engines of one process, which the test may cut and write on."""

import asyncio
from collections.abc import Callable
from time import time

from collab_server.cluster.bus import BusListener


class Wire:
    """What all buses of a test hang on. `changed(channel, message)` may change or (None) swallow what is on it."""

    def __init__(self) -> None:
        self.buses: list[MemoryBus] = []
        self.carried: list[tuple[bytes, bytes]] = []
        self.changed: Callable[[bytes, bytes], bytes | None] = lambda _channel, message: message

    def carry(self, channel: bytes, message: bytes) -> None:
        """Bring a message to everybody who listens, in the next step of the loop."""
        self.carried.append((channel, message))
        arrives = self.changed(channel, message)
        if arrives is not None:
            for bus in self.buses:
                asyncio.get_running_loop().call_soon(bus.arrive, channel, arrives)


class MemoryBus:
    """Implements bus.Bus. `connected`: while False nothing comes or goes."""

    def __init__(self, wire: Wire) -> None:
        self.connected = True
        self.reconnections = 0
        self._wire = wire
        self._channels: set[bytes] = set()
        self._listener: BusListener | None = None
        wire.buses.append(self)

    def start(self, listener: BusListener) -> None:
        self._listener = listener
        for channel in self._channels:
            self._tell(channel)

    def publish(self, channel: bytes, message: bytes) -> None:
        if self.connected:
            self._wire.carry(channel, message)

    def subscribe(self, channel: bytes) -> None:
        self._channels.add(channel)
        if self._listener is not None:
            self._tell(channel)

    def unsubscribe(self, channel: bytes) -> None:
        self._channels.discard(channel)

    def reconnect(self) -> None:
        self.reconnections += 1

    async def close(self) -> None:
        self._wire.buses.remove(self)

    def arrive(self, channel: bytes, message: bytes) -> None:
        """Hear a message that is on the wire."""
        if self.connected and channel in self._channels and self._listener is not None:
            self._listener.message(channel, message)

    def end(self) -> None:
        """Let nothing come or go any more, and the node know."""
        self.connected = False
        assert self._listener is not None
        self._listener.fell_silent()

    def say_lost(self) -> None:
        """Let the node know that messages of its own were lost."""
        assert self._listener is not None
        self._listener.lost_some()

    def _tell(self, channel: bytes) -> None:
        assert self._listener is not None
        if self.connected:
            asyncio.get_running_loop().call_soon(self._listener.subscribed, channel)


class MemoryPlace:
    """Implements node.Place."""

    cluster = b"a test's house"

    def now(self) -> float:
        return time()
