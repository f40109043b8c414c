"""Write a file that appears under its name whole, or not at all, and never replaces another one."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from persistence.errors import PersistenceError


class NameTaken(PersistenceError):
    """There is something under the name; the message is one line for the operator."""


@contextmanager
def appearing(path: Path) -> Iterator[BinaryIO]:
    """Open a private file that gets its name when the block has ended well, and is gone when it has not.

    Raises:
        NameTaken: there is something under that name.
    """
    if path.exists():
        raise NameTaken(f"{path} is there already; choose another name.")
    _clear_away(path)
    handle, name = tempfile.mkstemp(prefix=_prefix(path), dir=path.parent)
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            # For as long as somebody is at it, nobody clears it away.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield file
            file.flush()
            os.fsync(file.fileno())
            _name(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def _name(unfinished: Path, path: Path) -> None:
    try:
        # Unlike a rename, a link never replaces what has come there meanwhile.
        os.link(unfinished, path)
    except FileExistsError:
        raise NameTaken(f"{path} is there already; choose another name.") from None
    except OSError:  # a disk without links
        unfinished.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _prefix(path: Path) -> str:
    return f".{path.name}.unfinished-"


def _clear_away(path: Path) -> None:
    """Remove what writers of the same name have left that were killed."""
    for left_over in path.parent.iterdir():
        if left_over.name.startswith(_prefix(path)):
            with suppress(OSError), left_over.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                left_over.unlink()
