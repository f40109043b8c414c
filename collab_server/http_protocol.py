"""uvicorn's HTTP, with bounds on how long and how large the head of a request may be, and on how slowly its body may come.

uvicorn waits for ever for what dribbles in, and keeps what has come of it: a few hundred such sockets, and nobody gets in. How large
a body may be is its route's affair.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

HEAD_SECONDS = 20.0
"""From the first byte (or the open socket) to the end of the headers; a slow phone needs one."""
HEAD_MAX_BYTES = 64 * 1024
BODY_WINDOW_SECONDS = 30.0
BODY_MIN_BYTES = 4 * 1024
"""So much of a body, or its end, comes in each window: 140 bytes a second, less than the slowest line that loads a page."""
OVERHEAD_FACTOR = 16
"""Raw bytes per byte of body: chunks of one byte are six on the line. What is above (and above a head's size) is no body."""

_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class BoundedHttpProtocol(HttpToolsProtocol):
    """See the module."""

    _deadline: asyncio.TimerHandle | None = None
    _head_bytes = 0
    _window: asyncio.TimerHandle | None = None
    _window_bytes = 0
    _body_bytes = 0
    _raw_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        """Expect a request's head from now on."""
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing more."""
        self._head_is_whole()
        self._body_is_whole()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what belongs to a head, and what stands around a body."""
        super().data_received(data)
        if self._deadline is not None:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_MAX_BYTES:
                self._refuse(_TOO_LARGE)
        elif self._window is not None:
            self._raw_bytes += len(data)
            if self._raw_bytes > HEAD_MAX_BYTES + OVERHEAD_FACTOR * self._body_bytes:
                self._refuse(_TOO_LARGE)

    def handle_websocket_upgrade(self) -> None:
        """Let the transport go to the WebSocket's protocol, which bounds what it gets."""
        self._body_is_whole()
        super().handle_websocket_upgrade()

    def on_message_begin(self) -> None:
        """Expect the head of the next request on the same socket."""
        super().on_message_begin()
        self._expect_head()

    def on_headers_complete(self) -> None:
        """Expect the body, if there is one, to come along."""
        self._head_is_whole()
        super().on_headers_complete()
        self._expect_body()

    def on_body(self, body: bytes) -> None:
        """Count how the body comes along."""
        super().on_body(body)
        self._window_bytes += len(body)
        self._body_bytes += len(body)

    def on_message_complete(self) -> None:
        """Let the answer take its time."""
        self._body_is_whole()
        super().on_message_complete()

    def _expect_head(self) -> None:
        if self._deadline is None:
            self._head_bytes = 0
            self._deadline = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _head_is_whole(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _expect_body(self) -> None:
        self._raw_bytes = self._body_bytes = self._window_bytes = 0
        self._window = self.loop.call_later(BODY_WINDOW_SECONDS, self._check_body)

    def _check_body(self) -> None:
        # Where the application has enough for now and reading is paused, the client cannot send more.
        if self._window_bytes < BODY_MIN_BYTES and not self.flow.read_paused:
            self._window = None
            self._refuse(_TOO_SLOW)
            return
        self._window_bytes = 0
        self._window = self.loop.call_later(BODY_WINDOW_SECONDS, self._check_body)

    def _body_is_whole(self) -> None:
        if self._window is not None:
            self._window.cancel()
            self._window = None

    def _refuse(self, answer: bytes) -> None:
        """Close the socket, with an answer where none is under way."""
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is None or cycle.response_complete or not cycle.response_started:
            self.transport.write(answer)
        self.transport.close()
