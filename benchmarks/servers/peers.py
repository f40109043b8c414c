"""The peers, unmodified from their registries, each with the persistence that its own documentation shows."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from benchmarks.servers.base import HOST, PEERS, Server, hocuspocus_target
from benchmarks.wire import Target
from scripts import node

_PACKAGES = PEERS / "node_modules"


def _node() -> str:
    return str(node.wheel() / "bin" / "node")


class Hocuspocus(Server):
    """`@hocuspocus/server` with its database extension on SQLite, as its documentation shows."""

    name = "hocuspocus"

    @classmethod
    def missing(cls) -> str | None:
        """See Server."""
        return None if (_PACKAGES / "@hocuspocus/server").is_dir() else "its npm package is not installed"

    def command(self) -> Sequence[str]:
        """See Server."""
        return [_node(), str(PEERS / "hocuspocus.mjs"), str(self.port), str(self.folder / "documents.sqlite")]

    def target(self, room: str, *, person: int, acknowledged: bool = False) -> Target:
        """See Server."""
        return hocuspocus_target(self.port, "/", room, f"person-{person}")


class YWebsocketServer(Server):
    """`@y/websocket-server` with LevelDB, as its documentation shows."""

    name = "y-websocket-server"

    @classmethod
    def missing(cls) -> str | None:
        """See Server."""
        return None if (_PACKAGES / "@y/websocket-server").is_dir() else "its npm package is not installed"

    def command(self) -> Sequence[str]:
        """See Server."""
        return [_node(), str(_PACKAGES / "@y/websocket-server/src/server.js")]

    def environ(self) -> dict[str, str]:
        """See Server."""
        settings = {"HOST": HOST, "PORT": str(self.port), "YPERSISTENCE": str(self.folder / "leveldb")}
        return {**os.environ, **settings}

    def target(self, room: str, *, person: int, acknowledged: bool = False) -> Target:
        """See Server."""
        return Target(HOST, self.port, f"/{room}")


class PycrdtWebsocket(Server):
    """`pycrdt-websocket` with its SQLite store, under uvicorn with uvloop."""

    name = "pycrdt-websocket"

    @classmethod
    def missing(cls) -> str | None:
        """See Server."""
        return None if find_spec("pycrdt.websocket") else "its Python package is not installed"

    def command(self) -> Sequence[str]:
        """See Server."""
        return [sys.executable, str(PEERS / "pycrdt_server.py"), str(self.port), str(self.folder / "documents.sqlite")]

    def target(self, room: str, *, person: int, acknowledged: bool = False) -> Target:
        """See Server."""
        return Target(HOST, self.port, f"/{room}")


class Broadcaster(Server):
    """The limit: passes bytes on, one `send` per recipient, and knows nothing of documents."""

    name = "bare C++ broadcaster"
    keeps_documents = False

    @classmethod
    def missing(cls) -> str | None:
        """See Server."""
        return None if shutil.which("g++") else "there is no C++ compiler (g++)"

    def command(self) -> Sequence[str]:
        """See Server."""
        return [str(self._program()), str(self.port)]

    def target(self, room: str, *, person: int, acknowledged: bool = False) -> Target:
        """See Server."""
        return Target(HOST, self.port, f"/{room}")

    def _program(self) -> Path:
        source = PEERS / "broadcaster.cpp"
        digest = hashlib.sha256(source.read_bytes()).hexdigest()[:16]
        folder = node.VENV / "bench"
        folder.mkdir(exist_ok=True)
        program = folder / f"broadcaster-{digest}"
        if not program.exists():
            subprocess.run(["g++", "-O2", "-std=c++17", "-o", str(program), str(source)], check=True)
        return program
