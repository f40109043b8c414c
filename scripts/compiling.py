"""Compile the engine's hot modules with mypyc: `python -m scripts.compiling`.

Needs a C compiler and Python's own headers. The result is complete or not there.
"""

import os
import shutil
import sys
import sysconfig
import tempfile
from pathlib import Path

from collab_server import compiled


def compiler() -> str | None:
    """Return the C compiler, where there is one that can compile for this Python."""
    words = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()
    headers = Path(sysconfig.get_path("include")) / "Python.h"
    return shutil.which(words[0]) if words and headers.is_file() else None


def main() -> int:
    """Compile what is not compiled yet, and take away what was compiled of other sources."""
    done = compiled.folder()
    if not done.is_dir():
        compiled.FOLDER.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=compiled.FOLDER, prefix="building-") as name:
            working = Path(name)
            _compile(working)
            (working / "out").replace(done)
    for other in compiled.FOLDER.iterdir():
        if other != done:
            shutil.rmtree(other, ignore_errors=True)
    return 0


def _compile(working: Path) -> None:
    # Only here: whoever asks for the compiler has not installed these yet.
    from mypyc.build import mypycify  # noqa: PLC0415
    from setuptools import Distribution  # noqa: PLC0415
    from setuptools.command.build_ext import build_ext  # noqa: PLC0415

    # mypyc leaves things in the folder that it works in.
    os.chdir(working)
    sources = [str(compiled.source(module)) for module in compiled.MODULES]
    options = [f"--cache-dir={working / 'cache'}", "--config-file=", "--ignore-missing-imports"]
    extensions = mypycify(
        [*sources, *options],
        target_dir=str(working / "c"),
        opt_level="2",
        debug_level="0",
        # Several files, which several processors compile side by side.
        multi_file=True,
        group_name=compiled.GROUP,
    )
    build = build_ext(Distribution({"name": compiled.GROUP, "ext_modules": extensions}))
    build.build_lib, build.build_temp, build.parallel = str(working / "out"), str(working / "temp"), os.cpu_count()
    build.ensure_finalized()
    build.run()


if __name__ == "__main__":
    sys.exit(main())
