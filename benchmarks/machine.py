"""What the kernel says about processes: their CPU time and memory. And which core each side of the benchmark gets."""

import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@cache
def cores() -> tuple[set[int], set[int]]:
    """Return the core of the servers and the core of the load; on a machine with one core both share it.

    As it is at first: once the load has gone to its core, this process may use no other, and a server must not follow it there.
    """
    available = sorted(os.sched_getaffinity(0))
    return {available[0]}, {available[-1]}


def launch(
    command: Sequence[str], *, output: Path, environ: Mapping[str, str] | None = None, cwd: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start a server on its core; its children stay there with it."""
    ours = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores()[0])
    try:
        with output.open("ab") as file:
            return subprocess.Popen(
                command,
                env=None if environ is None else dict(environ),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            )
    finally:
        os.sched_setaffinity(0, ours)


def cpu_seconds(pids: Iterable[int]) -> float:
    """Return the user and system time of processes so far, with that of children that have ended."""
    total = 0
    for pid in pids:
        try:
            text = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            continue
        fields = text.rpartition(")")[2].split()
        total += sum(int(fields[at]) for at in (11, 12, 13, 14))
    return total / TICKS


def is_waiting_for_cpu(pid: int) -> bool:
    """Say whether a process runs, or would if it were let."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "R"


def children(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [pid]
    for each in found:
        found.extend(parents.get(each, []))
    return found


def forget_peak(pid: int) -> None:
    """Let the peak of a process's memory start anew from what it has now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def memory_mb(pid: int, field: str = "VmRSS") -> float:
    """Return a process's resident memory, or with `VmHWM` its peak."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    raise LookupError(field)
