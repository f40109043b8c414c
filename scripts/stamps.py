"""Do a step only when its inputs have changed since it last succeeded."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

# What a build or a test run leaves beside the sources.
DERIVED = frozenset({"node_modules", "dist", "coverage", "test-results", "__pycache__", ".vite", ".DS_Store"})


def files_below(folder: Path) -> Iterator[Path]:
    """Yield every file below a folder in a fixed order, without what is derived from others."""
    for path in sorted(folder.iterdir()):
        if path.name in DERIVED:
            continue
        if path.is_dir():
            yield from files_below(path)
        else:
            yield path


def digest(*, files: Iterable[Path] = (), words: Iterable[str] = ()) -> str:
    """Return one hash over words and over the names and contents of files; a file that is missing counts as such."""
    total = hashlib.sha256()
    for word in words:
        total.update(b"word\0" + word.encode() + b"\0")
    for path in files:
        content = hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b"missing"
        total.update(b"file\0" + str(path).encode() + b"\0" + content)
    return total.hexdigest()


class Stamps:
    """The hashes of the inputs with which each step last succeeded, one file per step."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fresh(self, step: str, inputs: str) -> bool:
        """Tell whether the step succeeded with these very inputs."""
        try:
            return (self._folder / step).read_text() == inputs
        except OSError:
            return False

    def forget(self, step: str) -> None:
        """Note that the step is not done: to be called before it begins, so that half of it never counts."""
        (self._folder / step).unlink(missing_ok=True)

    def done(self, step: str, inputs: str) -> None:
        """Note that the step succeeded."""
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / step).write_text(inputs)
