"""A process that applies updates to the CRDT library, so that one that crashes or hangs it is caught in the act.

Speaks lengths and bytes: batches of updates in, one answer per batch out. Run as `python -m tests.fuzz.appliers`.
"""

import resource
import struct
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from selectors import EVENT_READ, DefaultSelector
from types import TracebackType
from typing import IO, Any, Self

import pycrdt

from collab_server.protocol.coverage import Coverage
from collab_server.protocol.update import walk

MEMORY_MAX_BYTES = 2 * 1024**3
BATCH_SECONDS = 30.0
_LENGTH = struct.Struct("<I")


class Crashed(AssertionError):
    """The process died of a batch, or did not answer."""


@dataclass(frozen=True)
class Answer:
    """What became of a batch: how many the library took, how many it refused, and which it understood otherwise."""

    applied: int
    refused: int
    misread: tuple[int, ...]


class Applier:
    """The process, as a context manager."""

    def __enter__(self) -> Self:
        self._process = self._start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()

    def apply(self, updates: Sequence[bytes]) -> Answer:
        """Apply each update to an empty document of its own; raises Crashed with the culprit."""
        try:
            return self._apply(updates)
        except (OSError, EOFError) as error:
            for update in updates if len(updates) > 1 else ():
                self._restart()
                try:
                    self._apply([update])
                except (OSError, EOFError):
                    raise Crashed(f"the CRDT library crashed or hung on {update.hex()}") from None
            raise Crashed(f"the CRDT library crashed or hung on {[update.hex() for update in updates]}") from error

    def _apply(self, updates: Sequence[bytes]) -> Answer:
        process = self._process
        assert process.stdin is not None and process.stdout is not None
        body = b"".join(_LENGTH.pack(len(update)) + update for update in updates)
        process.stdin.write(_LENGTH.pack(len(updates)) + body)
        process.stdin.flush()
        with DefaultSelector() as selector:
            selector.register(process.stdout, EVENT_READ)
            if not selector.select(BATCH_SECONDS):
                raise TimeoutError
        applied, refused, misread = (_read_length(process.stdout) for _ in range(3))
        return Answer(applied, refused, tuple(_read_length(process.stdout) for _ in range(misread)))

    def _restart(self) -> None:
        self._process.kill()
        self._process.wait()
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # A panic of the library writes there what it was fed.
        )


def _read_length(stream: IO[bytes]) -> int:
    data = stream.read(_LENGTH.size)
    if len(data) < _LENGTH.size:
        raise EOFError
    number: int = _LENGTH.unpack(data)[0]
    return number


def _is_misread(update: bytes) -> bool:
    """Apply an update and say whether the library holds other clocks than the walker read; lets its errors through."""
    doc: pycrdt.Doc[Any] = pycrdt.Doc()
    doc.apply_update(update)
    held = Coverage.from_snapshot(pycrdt.Snapshot.from_doc(doc).encode())
    doc.get_update()
    summary, walked = walk(update), Coverage()
    # What is refused for such a reason never gets as far as the library.
    if walked.misses(summary) or walked.entangles(summary):
        return False
    walked.add(summary)
    return walked.clocks != held.clocks


def main() -> None:
    """Serve until the input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX_BYTES, MEMORY_MAX_BYTES))
    while True:
        try:
            count = _read_length(sys.stdin.buffer)
        except EOFError:
            return
        refused = 0
        misread = []
        for number in range(count):
            update = sys.stdin.buffer.read(_read_length(sys.stdin.buffer))
            try:
                if _is_misread(update):
                    misread.append(number)
            except BaseException as error:
                if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                    raise
                refused += 1
        numbers = [count - refused, refused, len(misread), *misread]
        sys.stdout.buffer.write(b"".join(map(_LENGTH.pack, numbers)))
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
