"""Rule 11: before a request is a request, it has little time and little room."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from unittest.mock import patch

import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from collab_server import http_protocol
from tests.raw_client import eventually


@asynccontextmanager
async def served() -> AsyncIterator[int]:
    async def hello(_request: object) -> PlainTextResponse:
        return PlainTextResponse("hello")

    config = uvicorn.Config(
        Starlette(routes=[Route("/", hello)]), port=0, http=http_protocol.BoundedHttpProtocol, log_config=None
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    serving = asyncio.create_task(server.serve())
    await eventually(lambda: server.started, "the server to start")
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


async def test_11_a_head_that_dribbles_in_is_given_up() -> None:
    with patch.object(http_protocol, "HEAD_SECONDS", 0.2):
        async with served() as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
            async with asyncio.timeout(5):
                assert await reader.read() == b""


async def test_11_a_socket_that_says_nothing_is_given_up() -> None:
    with patch.object(http_protocol, "HEAD_SECONDS", 0.2):
        async with served() as port:
            reader, _ = await asyncio.open_connection("127.0.0.1", port)
            async with asyncio.timeout(5):
                assert await reader.read() == b""


async def test_11_a_head_without_end_is_refused() -> None:
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\n" + b"X-Large: " + b"x" * 200_000)
        async with asyncio.timeout(5):
            assert (await reader.readline()).startswith(b"HTTP/1.1 431")
        writer.close()


async def test_11_ordinary_requests_follow_each_other_on_one_socket() -> None:
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(3):
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            async with asyncio.timeout(5):
                head = await reader.readuntil(b"\r\n\r\n")
                assert head.startswith(b"HTTP/1.1 200")
                assert await reader.readexactly(5) == b"hello"
        writer.close()
