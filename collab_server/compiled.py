"""The engine's hot modules as machine code, where they have been compiled from just these sources (`make compile`).

Both are the same program. Where nothing was compiled, or a source has changed since, Python runs the source. So nobody can be served
by something else than what the sources say. See docs/decisions/0100-hot-modules-are-compiled.md.
"""

import hashlib
import os
import sys
import sysconfig
from collections.abc import Sequence
from functools import cache
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".compiled"
GROUP = "lectern"
"""The modules are compiled together, so that they call each other without a detour through Python."""
LIBRARY = f"{GROUP}__mypyc"
SUFFIX: str = sysconfig.get_config_var("EXT_SUFFIX")
TURNED_OFF = "_LECTERN_UNCOMPILED"
"""In the environment: run the sources, whatever was compiled. Coverage is measured so."""

MODULES = tuple(
    f"collab_server.{name}"
    for name in (
        *("audience", "authorship", "committer", "connection", "content", "dialect", "engine", "heard_rows", "inbox"),
        *("intake", "merging", "patience", "presence", "protocol.awareness", "protocol.characters", "protocol.codec"),
        *("protocol.coverage", "protocol.hocuspocus", "protocol.messages", "protocol.renaming", "protocol.update"),
        *("protocol.websocket", "protocol.y_websocket", "quotas", "registry", "room", "session", "settling", "states"),
        *("tallies", "wire"),
    )
)
"""What every update and every delivery passes through, and what that holds on to. Not what a web framework must look into."""


def source(module: str) -> Path:
    """Return the file that a module is written in."""
    return ROOT.joinpath(*module.split(".")).with_suffix(".py")


@cache
def folder() -> Path:
    """Return where these very sources lie compiled for this very Python, if they do."""
    key = hashlib.sha256(SUFFIX.encode())
    for module in MODULES:
        key.update(hashlib.sha256(source(module).read_bytes()).digest())
    return FOLDER / key.hexdigest()[:32]


def library(module: str) -> Path:
    """Return the file that a module is compiled to."""
    return folder().joinpath(*module.split(".")).with_suffix(SUFFIX)


def in_use() -> bool:
    """Say whether the engine runs as machine code."""
    return any(isinstance(finder, _Finder) for finder in sys.meta_path)


def use() -> None:
    """Let the modules come compiled from now on, where they are; called before the first of them is imported."""
    if not in_use() and TURNED_OFF not in os.environ and library(LIBRARY).is_file():
        sys.meta_path.insert(0, _Finder())


class _Finder:
    """Finds compiled modules; Python asks it first."""

    def find_spec(
        self, name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name not in MODULES and name != LIBRARY:
            return None
        return spec_from_file_location(name, library(name))
