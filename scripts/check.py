"""Run all checks side by side and show what the failing ones say: `python -m scripts.check`."""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from scripts import node

SIDE_BY_SIDE = 2
# import-linter has no module to run, and its script may lie below a folder with a space in its name.
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"


@dataclass(frozen=True)
class Check:
    """A program that finds faults."""

    name: str
    command: list[str]
    folder: str = "."


def checks() -> Iterator[Check]:
    """Yield all checks, the slow ones first."""
    python = [sys.executable, "-m"]
    yield Check("types (mypy)", [*python, "mypy"])
    yield Check("types (tsc)", node.npm("run", "--silent", "typecheck"), folder="web")
    yield Check("lint (ESLint)", node.npm("run", "--silent", "lint"), folder="web")
    yield Check("API types are current", node.npm("run", "--silent", "api:check"), folder="web")
    yield Check("format (Prettier)", node.npm("run", "--silent", "format:check"), folder="web")
    yield Check("import contracts", [sys.executable, "-c", LINT_IMPORTS, "--no-logo"])
    yield Check("rights are described as they are", [*python, "scripts.rights", "--check"])
    yield Check("structure", [*python, "scripts.structure"])
    yield Check("lint (ruff)", [*python, "ruff", "check", "--quiet"])
    yield Check("format (ruff)", [*python, "ruff", "format", "--check", "--quiet", "."])


def run(check: Check) -> tuple[Check, int, str, float]:
    """Run a check; return its code, its output and how many seconds it took."""
    started = time.monotonic()
    done = subprocess.run(
        check.command,
        cwd=node.ROOT / check.folder,
        env=node.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return check, done.returncode, done.stdout.decode(errors="replace"), time.monotonic() - started


def main() -> int:
    """Run all checks; return 1 when any failed."""
    failed = []
    with ThreadPoolExecutor(max_workers=SIDE_BY_SIDE) as pool:
        for future in as_completed([pool.submit(run, check) for check in checks()]):
            check, code, output, seconds = future.result()
            print(f"{'ok  ' if code == 0 else 'FAIL'}  {check.name}  ({seconds:.1f} s)", flush=True)
            if code != 0:
                failed.append(check.name)
                print("\n".join(f"      {line}" for line in output.rstrip().splitlines()), flush=True)
    if failed:
        print(f"\n{len(failed)} checks failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
