"""The other process: reads jobs from its standard input, does them one by one, and writes what came of them to its standard output.

It holds nothing between two jobs and ends with its input, so also when the server is killed. See worker.py.
"""

import marshal
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from collab_server.merging import merge
from collab_server.protocol.renaming import renamed
from collab_server.protocol.update import walk

LENGTH_BYTES = 8


def _walk(update: bytes) -> tuple[Any, ...]:
    summary = walk(update)
    return summary.adds, summary.deletes, summary.needs, summary.has_gap, summary.order


def _merge(snapshot: bytes | None, tail: list[tuple[int, bytes]], halves: bytes | None) -> tuple[Any, ...]:
    merged = merge(snapshot, tail, halves)
    return merged.state, merged.clocks, merged.halves


JOBS: Mapping[str, Callable[..., Any]] = {"walk": _walk, "merge": _merge, "rename": renamed}


def encode(value: Any) -> bytes:
    """Write plain values as one message."""
    data = marshal.dumps(value)
    return len(data).to_bytes(LENGTH_BYTES) + data


def decode(data: bytes) -> Any:
    """Read a message without its length."""
    return marshal.loads(data)  # noqa: S302 -- both ends are this program, on the same interpreter


def serve(jobs: BinaryIO, answers: BinaryIO) -> None:
    """Do jobs until there are no more. An answer is ("", what came of it) or (the exception's name, its arguments)."""
    while head := jobs.read(LENGTH_BYTES):
        kind, *arguments = decode(jobs.read(int.from_bytes(head)))
        try:
            answer = "", JOBS[kind](*arguments)
        except Exception as error:  # noqa: BLE001 -- whatever it is, the server decides what it means
            answer = type(error).__name__, [each for each in error.args if isinstance(each, int | str)]
        answers.write(encode(answer))
        answers.flush()


def main() -> None:
    """Serve the process that started this one."""
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answers:
        # Nothing that a library might print can come between the answers.
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
