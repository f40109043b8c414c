"""Check what no linter knows: what the repository must not name, and what must be linked or pinned.

python -m scripts.structure
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Written so that this file does not match its own rule.
REGISTRY_HOST = re.compile(
    r"py[p]i\.org|pythonh[o]sted\.org|npm[j]s\.(?:org|com)|registry\.y[a]rnpkg|/[s]imple/?[\"'\s]"
)
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*])?==(\S+)")


def tracked(root: Path) -> list[Path]:
    """Return the text files that belong to the repository, new ones included."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=root, capture_output=True, check=True).stdout.decode().split("\0")
    paths = [root / name for name in names if name]
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()[:4096]]


def named_places(root: Path, *, forbidden: list[str]) -> Iterator[str]:
    """Find registry hosts and the paths of the machine it was written on."""
    for path in tracked(root):
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1):
            where = f"{path.relative_to(root)}:{number}"
            if REGISTRY_HOST.search(line):
                yield f"{where}: names a package registry"
            if any(place in line for place in forbidden):
                yield f"{where}: names a path of this machine"


def unlinked_decisions(root: Path) -> Iterator[str]:
    """Find decisions that the index does not link."""
    folder = root / "docs" / "decisions"
    index = (folder / "README.md").read_text()
    for path in sorted(folder.glob("*.md")):
        if path.name != "README.md" and f"({path.name})" not in index:
            yield f"{path.relative_to(root)}: not linked from docs/decisions/README.md"


def forked_migrations(root: Path) -> Iterator[str]:
    """Find steps of the schema that do not follow the one before: two changes that met, or a gap."""
    folder = root / "persistence" / "migrations" / "versions"
    for number, path in enumerate(sorted(folder.glob("[0-9]*.py")), start=1):
        wanted = (
            f'revision = "{number:04}"',
            f'down_revision = "{number - 1:04}"' if number > 1 else "down_revision = None",
        )
        lines = path.read_text().splitlines()
        if not path.name.startswith(f"{number:04}_") or any(line not in lines for line in wanted):
            yield f"{path.relative_to(root)}: is step {number:04} of the schema, and has to say so"


def pins(lock: Path) -> dict[str, str]:
    """Return the packages of a lock file and their versions."""
    found = [PIN.match(line) for line in lock.read_text().splitlines()]
    return {match[1]: match[2] for match in found if match}


def loose_locks(root: Path) -> Iterator[str]:
    """Find packages without hashes, addresses in lock files, and locks at odds with dev.lock, which holds all of them."""
    for lock in sorted((root / "requirements").glob("*.lock")):
        entries = re.split(r"\n(?=[A-Za-z0-9])", lock.read_text())
        for entry in entries:
            if PIN.match(entry) and "--hash=sha256:" not in entry:
                yield f"{lock.relative_to(root)}: {entry.split()[0]} has no hash"
    dev = pins(root / "requirements" / "dev.lock")
    for part in ("run", "compile"):
        for name, version in pins(root / "requirements" / f"{part}.lock").items():
            if dev.get(name) != version:
                yield f"requirements/dev.lock: {name} is {dev.get(name)}, but {part}.lock has {version}"
    for lock in sorted(path for path in tracked(root) if path.name == "package-lock.json"):
        text = lock.read_text()
        if '"resolved": "http' in text:
            yield f"{lock.relative_to(root)}: names a registry; write it with omit-lockfile-registry-resolved=true"
        for place, package in json.loads(text)["packages"].items():
            # What stands in the checkout itself has no hash.
            if "node_modules/" in place and "integrity" not in package and not package.get("link"):
                yield f"{lock.relative_to(root)}: {place} has no integrity hash"


def main() -> int:
    """Print every fault; return 1 when there is any."""
    forbidden = [f"{place}/" for place in {str(Path.home()), str(ROOT)} if len(place) > 1]
    faults = [
        *named_places(ROOT, forbidden=forbidden),
        *unlinked_decisions(ROOT),
        *forked_migrations(ROOT),
        *loose_locks(ROOT),
    ]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
