"""A real server that speaks S3, in a process of its own, and a door before it that fails when a test says so."""

import asyncio
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from time import monotonic, sleep

from persistence.s3_files import S3Place
from tests.running_server import free_port

START_LIMIT_SECONDS = 120.0
BUCKET = "lectern"
# As the server wants a request to say which region it is for; it does not check who signed, unless told to.
SIGNED = {"Authorization": "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/s3/aws4_request"}


class S3Server:
    """The server. Its bucket is empty at first."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    def place(self, *, port: int | None = None, prefix: str = "", bucket: str = BUCKET) -> S3Place:
        """Return where it is, or, with another port, the door before it."""
        return S3Place(
            bucket=bucket,
            endpoint=f"http://127.0.0.1:{port or self.port}",
            access_key_id="lectern",
            secret_access_key="a secret",
            prefix=prefix,
        )

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let nobody in whose key it does not know: it knows none."""
        self._call("/moto-api/reset-auth", "POST", b"0")
        try:
            yield
        finally:
            self._call("/moto-api/reset-auth", "POST", b"inf")

    def make_bucket(self) -> None:
        self._call(f"/{BUCKET}", "PUT")

    def _call(self, path: str, method: str, body: bytes | None = None) -> None:
        headers = SIGNED | {"Content-Type": "text/plain"}
        request = urllib.request.Request(self.url + path, method=method, data=body, headers=headers)
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30).close()


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """Run the server until the block ends."""
    server = S3Server(free_port())
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(server.port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = monotonic() + START_LIMIT_SECONDS
        while True:
            try:
                server.make_bucket()
                break
            except (OSError, urllib.error.URLError):
                assert process.poll() is None and monotonic() < deadline, "the S3 server does not start"
                sleep(0.05)
        yield server
    finally:
        process.kill()
        process.wait()


class Door:
    """A relay before a server. It passes `bytes_left` on and then drops everything; `silent`, it takes all and says nothing."""

    def __init__(self) -> None:
        self.port = 0
        self.bytes_left = sys.maxsize
        self.silent = False

    async def relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, target_port: int) -> None:
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", target_port)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(reader, there_writer, counted=True))
                group.create_task(self._pump(there_reader, writer, counted=False))
        except* (OSError, EOFError):
            pass
        finally:
            for each in (writer, there_writer):
                each.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, counted: bool) -> None:
        while data := await reader.read(65536):
            if counted:
                self.bytes_left -= len(data)
            if self.bytes_left <= 0:
                raise EOFError
            if self.silent:
                continue
            writer.write(data)
            await writer.drain()
        raise EOFError


@asynccontextmanager
async def door(target_port: int) -> AsyncIterator[Door]:
    """Open a door until the block ends."""
    opened = Door()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.CancelledError):
            await opened.relay(reader, writer, target_port=target_port)

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    opened.port = server.sockets[0].getsockname()[1]
    try:
        yield opened
    finally:
        server.close()
