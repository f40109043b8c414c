"""Rule 11: the head of a request has little time and little room, and its body must come along."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from unittest.mock import patch

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from collab_server import http_protocol
from tests.raw_client import eventually


@asynccontextmanager
async def served() -> AsyncIterator[int]:
    async def hello(_request: object) -> PlainTextResponse:
        return PlainTextResponse("hello")

    async def length(request: Request) -> PlainTextResponse:
        total = 0
        async for piece in request.stream():
            total += len(piece)
            # An application that takes its time: reading is paused meanwhile, and that is not the client's fault.
            await asyncio.sleep(1.0 if "x-busy" in request.headers and total == len(piece) else 0)
        return PlainTextResponse(str(total))

    config = uvicorn.Config(
        Starlette(routes=[Route("/", hello), Route("/length", length, methods=["POST"])]),
        port=0,
        http=http_protocol.BoundedHttpProtocol,
        log_config=None,
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


POST = b"POST /length HTTP/1.1\r\nHost: x\r\n"


@contextmanager
def hurried() -> Iterator[None]:
    with (
        patch.object(http_protocol, "BODY_WINDOW_SECONDS", 0.3),
        patch.object(http_protocol, "BODY_MIN_BYTES", 100),
    ):
        yield


async def until_closed(reader: asyncio.StreamReader) -> bytes:
    # Piece by piece: what has come before a reset is gone for who asks for all of it at once.
    said = b""
    async with asyncio.timeout(10):
        with suppress(ConnectionResetError):
            while piece := await reader.read(1024):
                said += piece
    return said


async def test_11_a_body_that_dribbles_in_is_given_up() -> None:
    with hurried():
        async with served() as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(POST + b"Content-Length: 1000\r\n\r\n")
            answering = asyncio.create_task(until_closed(reader))
            while not answering.done():
                writer.write(b"x")
                await asyncio.wait([answering], timeout=0.02)
            assert (await answering).startswith(b"HTTP/1.1 408")
            # The server's own mistake it is not: nothing else has ended.
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(POST + b"Content-Length: 3\r\nConnection: close\r\n\r\nabc")
            assert (await until_closed(reader)).endswith(b"\r\n\r\n3")


async def test_11_a_body_that_stops_is_given_up_also_after_an_early_answer() -> None:
    with hurried():
        async with served() as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
            assert (await until_closed(reader)).startswith(b"HTTP/1.1 405")


async def test_11_a_slow_body_that_comes_along_is_taken() -> None:
    with hurried():
        async with served() as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(POST + b"Content-Length: 3000\r\nConnection: close\r\n\r\n")
            answering = asyncio.create_task(until_closed(reader))
            for _ in range(30):
                writer.write(b"x" * 100)
                # Over a second: several windows.
                await asyncio.wait([answering], timeout=0.04)
            assert (await answering).endswith(b"\r\n\r\n3000")


async def test_11_a_client_is_not_blamed_for_an_application_that_takes_its_time() -> None:
    with hurried():
        async with served() as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(POST + b"X-Busy: yes\r\nContent-Length: 400000\r\nConnection: close\r\n\r\n" + b"x" * 400_000)
            assert (await until_closed(reader)).endswith(b"\r\n\r\n400000")


async def test_11_what_stands_around_a_body_is_bounded() -> None:
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n")
        trailer = b"X-More: " + b"y" * 1000 + b"\r\n"
        answering = asyncio.create_task(until_closed(reader))
        while not answering.done():
            writer.write(trailer)
            await asyncio.wait([answering], timeout=0.001)
        assert (await answering).startswith(b"HTTP/1.1 431")


async def test_11_small_chunks_are_a_body_all_the_same() -> None:
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        chunks = b"1\r\nx\r\n" * 30_000
        writer.write(POST + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + chunks + b"0\r\n\r\n")
        assert (await until_closed(reader)).endswith(b"\r\n\r\n30000")
