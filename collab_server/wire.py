"""One open WebSocket, from the accepted upgrade to its end: bytes in as messages, ready-made frames out.

uvicorn does HTTP and the upgrade, then hands its transport over. From there on nothing stands between a room and a socket:
a message to a class is framed once, and what it costs per member is one write.

Above HIGH_WATER_BYTES a peer counts as congested: rooms send it nothing more and bring it up to date when it has read (SPEC rule 12). What it
is owed all the same, acknowledgements above all, is bounded. So is what a peer may make of a few bytes by deflating them.
"""

import asyncio
from collections.abc import MutableMapping, Sequence
from time import monotonic
from typing import Any, Protocol, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import NegotiationError
from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import PerMessageDeflate, ServerPerMessageDeflateFactory
from websockets.http11 import Request
from websockets.typing import ExtensionParameter

from collab_server.errors import EngineError, ReadingTooSlowly, TooMany
from collab_server.protocol import websocket
from collab_server.protocol.websocket import Close, FrameReader, Ping
from collab_server.quotas import Allowance

HIGH_WATER_BYTES = 256 * 1024
LOW_WATER_BYTES = 64 * 1024
CLOSING_SECONDS = 5.0
"""How long a peer that does not answer the close frame, or does not read, keeps its socket."""
INFLATED_BYTES_PER_SECOND = 4 * 1024 * 1024
INFLATED_BURST_BYTES = 64 * 1024 * 1024
"""What deflated messages may be longer than on the wire: several large documents at once, and 4 ms of work a second from then on."""
SCOPE_KEY = "lectern.upgrade"


class Receiver(Protocol):
    """What becomes of a wire's messages."""

    def received(self, data: bytes) -> None:
        """Take one binary message; raises EngineError to close the socket."""

    def drained(self) -> None:
        """Hear that a congested peer has read."""

    def ending(self, error: EngineError) -> None:
        """Hear, once, that the server closes the socket."""

    def lost(self) -> None:
        """Hear, once, that the socket is gone."""


class _MessagesForThemselves(ServerPerMessageDeflateFactory):
    """Agrees to deflated messages where each stands for itself and the peer's window holds what is deflated here."""

    def __init__(self) -> None:
        super().__init__(server_no_context_takeover=True, client_no_context_takeover=True)

    def process_request_params(
        self, params: Sequence[ExtensionParameter], accepted_extensions: Sequence[Extension]
    ) -> tuple[list[ExtensionParameter], PerMessageDeflate]:
        """Answer one offer; raises NegotiationError to pass it over."""
        answer, extension = super().process_request_params(params, accepted_extensions)
        if extension.local_max_window_bits < websocket.WINDOW_BITS:
            raise NegotiationError("the window is too small")
        return answer, extension


class UpgradeProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket protocol, which lets the application take its transport once the upgrade is accepted."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.conn.available_extensions = [_MessagesForThemselves()]

    def handle_connect(self, event: Request) -> None:
        """Start the application, with a way to the transport in its scope."""
        super().handle_connect(event)
        if not self.handshake_complete:
            cast("MutableMapping[str, Any]", self.scope)[SCOPE_KEY] = self

    def release_transport(self) -> asyncio.Transport:
        """Give the transport away; this protocol is as good as lost afterwards."""
        transport = self.transport
        self.stop_keepalive()
        self.connections.discard(self)
        self.transport = cast(asyncio.Transport, _NoTransport())
        return transport


class _NoTransport:
    """Stands where uvicorn's protocol keeps its transport, and lets it close nothing."""

    def close(self) -> None:
        """Leave the socket alone."""


def take_over(scope: MutableMapping[str, Any], *, owed_max_bytes: int, message_max_bytes: int) -> "Wire":
    """Take the transport of a just accepted upgrade. Call it in the same step of the loop."""
    upgrade = cast(UpgradeProtocol, scope[SCOPE_KEY])
    return Wire(
        upgrade.release_transport(),
        owed_max_bytes=owed_max_bytes,
        message_max_bytes=message_max_bytes,
        deflates=bool(upgrade.conn.extensions),
    )


class Wire(asyncio.Protocol):
    """See the module. `owed_max_bytes`: what may be written to a congested peer before it is cut; `deflates`: deflated frames may be."""

    __slots__ = (
        "_abort_timer",
        "_ending",
        "_heard",
        "_inflation",
        "_lost",
        "_owed",
        "_owed_max",
        "_reader",
        "_receiver",
        "_transport",
        "congested",
        "deflates",
    )

    def __init__(
        self, transport: asyncio.Transport, *, owed_max_bytes: int, message_max_bytes: int, deflates: bool = False
    ) -> None:
        self.congested = False
        self.deflates = deflates
        self._transport = transport
        self._reader = FrameReader(message_max_bytes, on_inflated=self._count_inflated if deflates else None)
        self._inflation: Allowance | None = None
        self._receiver: Receiver | None = None
        self._owed = 0
        self._owed_max = owed_max_bytes
        self._ending = False
        self._lost = False
        self._heard = True
        self._abort_timer: asyncio.TimerHandle | None = None

    def start(self, receiver: Receiver) -> None:
        """Read from now on, for this receiver."""
        self._receiver = receiver
        transport = self._transport
        transport.set_protocol(self)
        transport.set_write_buffer_limits(high=HIGH_WATER_BYTES, low=LOW_WATER_BYTES)
        transport.resume_reading()
        if transport.is_closing():
            # The peer went while the upgrade was answered, and its protocol of then was told.
            self.connection_lost(None)

    @property
    def ending(self) -> bool:
        """Say whether nothing more is sent: the socket is being closed by us, or gone."""
        return self._ending or self._lost

    @property
    def waiting_bytes(self) -> int:
        """Return how much was written that the peer has not taken."""
        return self._transport.get_write_buffer_size()

    def write(self, frames: bytes) -> None:
        """Write ready-made frames, whatever the peer has read."""
        if self._ending or self._lost:
            return
        self._transport.write(frames)
        if self.congested:
            self._owed += len(frames)
            if self._owed > self._owed_max:
                self.end(ReadingTooSlowly())

    def end(self, error: EngineError) -> None:
        """Close the socket with the error's code, after what was written."""
        if self._ending or self._lost:
            return
        self._ending = True
        self._transport.write(websocket.close(error.code, error.reason))
        self._close_soon()
        if self._receiver is not None:
            self._receiver.ending(error)

    def check_alive(self) -> None:
        """Ask for a sign of life; a peer that has given none since the last call is gone."""
        if not self._heard:
            self._transport.abort()
            return
        self._heard = False
        if not self.ending and not self.congested:
            self._transport.write(websocket.PING)

    def data_received(self, data: bytes) -> None:
        """Cut the bytes into messages and pass them on."""
        self._heard = True
        receiver = self._receiver
        assert receiver is not None
        try:
            for event in self._reader.feed(data):
                if isinstance(event, bytes):
                    if not self._ending:
                        try:
                            receiver.received(event)
                        except EngineError as error:
                            # The peer's own close may be in what is left: it must be heard, or the socket lingers.
                            self.end(error)
                elif isinstance(event, Ping):
                    self.write(websocket.pong(event.payload))
                else:
                    self._peer_closes(event)
                    return
        except EngineError as error:
            if self._ending:
                # Nothing that follows can be understood, nor matters.
                self._transport.close()
            else:
                self.end(error)

    def eof_received(self) -> bool:
        """Let the transport close."""
        return False

    def pause_writing(self) -> None:
        """Hear that the peer does not keep up."""
        self.congested = True

    def resume_writing(self) -> None:
        """Hear that it has caught up."""
        self.congested = False
        self._owed = 0
        if self._receiver is not None and not self.ending:
            self._receiver.drained()

    def connection_lost(self, exc: Exception | None) -> None:
        """Leave everything."""
        if self._lost:
            return
        self._lost = True
        if self._abort_timer is not None:
            self._abort_timer.cancel()
        receiver, self._receiver = self._receiver, None
        if receiver is not None:
            receiver.lost()

    def _count_inflated(self, longer_by: int) -> None:
        now = monotonic()
        if self._inflation is None:
            self._inflation = Allowance(INFLATED_BYTES_PER_SECOND, burst=INFLATED_BURST_BYTES, now=now)
        if longer_by > 0 and not self._inflation.spend(longer_by, now=now):
            raise TooMany("too_many_inflated_bytes")

    def _peer_closes(self, event: Close) -> None:
        if not self._ending:
            self._ending = True
            code = event.code if event.code != websocket.NO_STATUS else 1000
            self._transport.write(websocket.close(code, ""))
        self._close_soon()
        self._transport.close()

    def _close_soon(self) -> None:
        if self._abort_timer is None:
            loop = asyncio.get_running_loop()
            self._abort_timer = loop.call_later(CLOSING_SECONDS, self._transport.abort)
