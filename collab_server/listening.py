"""The listening sockets, opened before anything else is started, and the web server that uses them."""

import errno
import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from collab_server.http_protocol import BoundedHttpProtocol
from collab_server.settings import Settings
from collab_server.wire import UpgradeProtocol

BACKLOG = 2048  # A whole school reconnects at once after a restart.
DRAIN_LIMIT_SECONDS = 10


class ListeningError(Exception):
    """The address cannot be listened on; the message is one line for the operator."""


def listen(host: str, port: int) -> list[socket.socket]:
    """Listen on every address that the host name stands for. Raises ListeningError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise ListeningError(f"LECTERN_HOST {host!r} is not an address of this machine.") from error
    sockets: list[socket.socket] = []
    failure: OSError | None = None
    for family, kind, protocol, _, address in dict.fromkeys(found):
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listener.bind(address)
            # Listening from now on keeps the port ours; those who come early wait a moment instead of failing.
            listener.listen(BACKLOG)
        except OSError as error:
            listener.close()
            failure = error
            if error.errno == errno.EADDRINUSE:
                break
        else:
            sockets.append(listener)
    # A name may stand for an address family that the machine lacks; a taken port is never passed over.
    if sockets and (failure is None or failure.errno != errno.EADDRINUSE):
        return sockets
    for listener in sockets:
        listener.close()
    raise ListeningError(_explained(host, port, failure))


def _explained(host: str, port: int, failure: OSError | None) -> str:
    match failure.errno if failure else None:
        case errno.EADDRINUSE:
            return f"Port {port} on {host} is taken by another program; stop it or set LECTERN_PORT."
        case errno.EACCES:
            return f"Port {port} on {host} needs more rights than this user has; set LECTERN_PORT."
        case errno.EADDRNOTAVAIL:
            return f"LECTERN_HOST {host!r} is not an address of this machine."
        case _:
            return f"Cannot listen on {host} port {port}: {failure.strerror if failure else 'no address'}."


def listen_for(workers: int, host: str, port: int) -> list[list[socket.socket]]:
    """Listen once for each worker: the kernel deals the connections out among them. Raises ListeningError."""
    # Alone first: whoever else has the port, and would share it, is found out.
    first = listen(host, port)
    names = [(listener.family, listener.getsockname()) for listener in first]
    for listener in first:
        listener.close()
    return [[_shared(family, name) for family, name in names] for _ in range(workers)]


def _shared(family: int, name: tuple[str, int]) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if family == socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    try:
        listener.bind(name)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise ListeningError(_explained(str(name[0]), name[1], error)) from error
    return listener


class _Server(uvicorn.Server):
    """uvicorn's server, which says when it has begun to serve."""

    def __init__(self, config: uvicorn.Config, *, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._announce()


async def serve(
    app: ASGIApp, *, settings: Settings, sockets: list[socket.socket], announce: Callable[[], None]
) -> bool:
    """Serve until SIGINT or SIGTERM, then drain; return False when the application did not start.

    `announce` is called once, as soon as requests are answered.
    uvicorn sends the signal to the process once more when it has drained, so the caller sees a KeyboardInterrupt.
    """
    config = uvicorn.Config(
        app,
        http=BoundedHttpProtocol,
        ws=UpgradeProtocol,
        ws_per_message_deflate=False,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        backlog=BACKLOG,
        timeout_graceful_shutdown=DRAIN_LIMIT_SECONDS,
    )
    server = _Server(config, announce=announce)
    try:
        await server.serve(sockets=sockets)
    except SystemExit:  # uvicorn's way to say that the application failed to start; it has logged why.
        return False
    return server.started
