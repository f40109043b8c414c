"""What waits to be sent on one socket: a bounded queue, drained by one task.

A peer that does not read cannot make the server hold its messages: above the bound the queue is dropped and the socket closed
with 1013, and the client, which reconnects, asks for what it lacks.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from starlette.websockets import WebSocketDisconnect

from collab_server.errors import EngineError, ReadingTooSlowly


class Wire(Protocol):
    """One accepted WebSocket, as the outbox needs it."""

    async def send_bytes(self, data: bytes) -> None:
        """Send one binary message; raises WebSocketDisconnect or RuntimeError once the peer is gone."""

    async def close(self, code: int = 1000, reason: str | None = None) -> None:
        """Send a close frame."""


class Outbox:
    """The sending side of one socket. `on_ending` is called once, when it begins to close the socket."""

    __slots__ = ("_bytes", "_ending", "_limit", "_on_ending", "_queue", "_state", "_wake", "_wire")

    def __init__(self, wire: Wire, *, limit_bytes: int, on_ending: Callable[[EngineError], None]) -> None:
        self._wire = wire
        self._on_ending = on_ending
        self._limit = limit_bytes
        self._queue: deque[bytes] = deque()
        self._bytes = 0
        self._state: bytes | None = None
        self._ending: tuple[int, str] | None = None
        self._wake = asyncio.Event()

    def send(self, messages: Sequence[bytes]) -> None:
        """Queue messages in order; they are dropped once the socket is ending."""
        if self._ending is not None:
            return
        self._queue.extend(messages)
        self._bytes += sum(map(len, messages))
        if self._bytes > self._limit:
            self._queue.clear()
            self.end(ReadingTooSlowly())
        self._wake.set()

    def send_state(self, message: bytes) -> None:
        """Queue a document's state, which may be larger than the bound and must arrive all the same: one at a time."""
        if self._state is not None:
            self.send([message])
        elif self._ending is None:
            self._state = message
            self._queue.append(message)
            self._wake.set()

    def end(self, error: EngineError) -> None:
        """Close the socket with the error's code once what is queued has been sent."""
        if self._ending is None:
            self._ending = (error.code, error.reason)
            self._on_ending(error)
        self._wake.set()

    @property
    def ending(self) -> bool:
        """Say whether the socket is being closed by us."""
        return self._ending is not None

    async def drain(self) -> None:
        """Send until the socket ends; returns then, or when the peer is gone."""
        try:
            while True:
                while self._queue:
                    message = self._queue.popleft()
                    if message is self._state:
                        self._state = None
                    else:
                        self._bytes -= len(message)
                    await self._wire.send_bytes(message)
                if self._ending is not None:
                    await self._wire.close(*self._ending)
                    return
                self._wake.clear()
                await self._wake.wait()
        except (WebSocketDisconnect, RuntimeError):
            # The peer has gone, or the socket is closing already: nobody is left to tell.
            return
