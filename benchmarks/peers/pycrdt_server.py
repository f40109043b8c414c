"""`pycrdt-websocket` as its documentation shows it: an ASGI server, and a store on SQLite for each room."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import anyio
import uvicorn
from pycrdt.store import SQLiteYStore, YDocNotFound
from pycrdt.websocket import ASGIServer, WebsocketServer, YRoom

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Store(SQLiteYStore):
    """All rooms in one file."""

    db_path = sys.argv[2]


class Rooms(WebsocketServer):
    """Opens each room with what its store holds, before anybody is served."""

    def __init__(self) -> None:
        super().__init__(auto_clean_rooms=False)
        self._opening = anyio.Lock()

    async def get_room(self, name: str) -> YRoom:
        """Return the room, loaded."""
        async with self._opening:
            if name not in self.rooms:
                store = Store(path=name)
                room = YRoom(ready=False, ystore=store)
                await self.start_room(room)
                await store.started.wait()
                with suppress(YDocNotFound):
                    await store.apply_updates(room.ydoc)
                room.ready = True
                self.rooms[name] = room
        return self.rooms[name]


@asynccontextmanager
async def serving(rooms: WebsocketServer) -> AsyncIterator[None]:
    """Run the rooms while the application runs."""
    async with rooms:
        yield


class Application:
    """The server with its lifespan."""

    def __init__(self) -> None:
        self._rooms = Rooms()
        self._serve = ASGIServer(self._rooms)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, or start and end."""
        if scope["type"] != "lifespan":
            await self._serve(scope, receive, send)
            return
        await receive()
        async with serving(self._rooms):
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


if __name__ == "__main__":
    # Deflating each message for each recipient, as uvicorn does unasked, would cost it several times what is measured.
    uvicorn.run(
        Application(),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        log_level="warning",
        ws_max_size=64 * 1024 * 1024,
        ws_per_message_deflate=False,
    )
