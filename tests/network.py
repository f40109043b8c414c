"""A network between a browser and the server that the test can slow down and cut: a TCP relay on a port of this machine."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


class Network:
    """Relays to `target_port`, or to a socket file; while cut, it drops every connection and takes no new one."""

    def __init__(self, *, target_file: Path | None = None, address: str = "127.0.0.1") -> None:
        self.target_port = 0
        self._target_file = target_file
        self._connected = True
        self._silent = False
        self._delay_seconds = 0.0
        self._bytes_per_second = float("inf")
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._run(asyncio.start_server(self._relay, address, 0))
        self.port: int = self._server.sockets[0].getsockname()[1]
        self.url = f"http://{address}:{self.port}"

    def cut(self) -> None:
        """Drop what is open and refuse what comes."""
        self._connected = False
        self._run(self._drop())

    def slow(self, *, delay_seconds: float, bytes_per_second: float) -> None:
        """Let everything take so long, each way, on each connection."""
        self._delay_seconds, self._bytes_per_second = delay_seconds, bytes_per_second

    def silence(self) -> None:
        """Swallow everything: nobody is told that nothing arrives any more."""
        self._silent = True

    def lead_to(self, *, file: Path | None = None, port: int = 0) -> None:
        """From now on, relay to another target; what is open goes on to the old one."""
        self._target_file, self.target_port = file, port

    def mend(self) -> None:
        """Relay again; what was swallowed is gone, and so are the connections it was on."""
        self._connected = True
        if self._silent:
            self._silent = False
            self._run(self._drop())

    def close(self) -> None:
        """End the relay."""
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)

    async def _end(self) -> None:
        # On its own loop: while the last connection ends there, nobody else may close the server.
        self._server.close()
        await self._drop()

    async def _drop(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._connected:
            writer.transport.abort()
            return
        self._writers.add(writer)
        try:
            there_reader, there_writer = await self._reach()
            self._writers.add(there_writer)
            await asyncio.gather(self._pump(reader, there_writer), self._pump(there_reader, writer))
            self._writers.discard(there_writer)
        except OSError:
            writer.transport.abort()
        finally:
            self._writers.discard(writer)

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._target_file is not None:
            return await asyncio.open_unix_connection(self._target_file)
        return await asyncio.open_connection("127.0.0.1", self.target_port)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                await asyncio.sleep(self._delay_seconds + len(data) / self._bytes_per_second)
                if self._silent:
                    continue
                writer.write(data)
                await writer.drain()
        with suppress(OSError, RuntimeError):
            writer.close()


@contextmanager
def network() -> Iterator[Network]:
    """Open a network until the block ends."""
    relay = Network()
    try:
        yield relay
    finally:
        relay.close()
