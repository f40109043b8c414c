"""The engine's hot modules run as machine code where they were compiled from these very sources, and only there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from collab_server import compiled
from scripts.compiling import compiler

WHERE = (
    f"import sys, {', '.join(compiled.MODULES)}\nprint(*(sys.modules[name].__file__ for name in {compiled.MODULES}))"
)


def files_of_modules(checkout: Path, **environment: str) -> set[str]:
    """Import all the modules in a process of its own, and return the kinds of files that they came from."""
    inherited = {name: value for name, value in os.environ.items() if name != compiled.TURNED_OFF}
    command = [sys.executable, "-c", WHERE]
    told = subprocess.run(
        command, cwd=checkout, env=inherited | environment, capture_output=True, text=True, check=True
    )
    files = [Path(name) for name in told.stdout.split()]
    assert len(files) == len(compiled.MODULES)
    assert all(file.is_relative_to(checkout) for file in files)
    return {"".join(file.suffixes) for file in files}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the engine, sources and machine code."""
    if compiler() is None:
        pytest.skip("no C compiler here")
    shutil.copytree(compiled.FOLDER, tmp_path / compiled.FOLDER.name)
    for package in ("collab_server", "documents"):
        shutil.copytree(compiled.ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_what_was_compiled_of_these_sources_runs(checkout: Path) -> None:
    assert files_of_modules(checkout) == {compiled.SUFFIX}


def test_a_source_that_has_changed_since_runs_and_all_others_with_it(checkout: Path) -> None:
    with (checkout / "collab_server" / "room.py").open("a") as source:
        source.write("# Changed.\n")
    assert files_of_modules(checkout) == {".py"}


def test_the_sources_run_where_nothing_was_compiled(checkout: Path) -> None:
    shutil.rmtree(checkout / compiled.FOLDER.name)
    assert files_of_modules(checkout) == {".py"}


def test_machine_code_can_be_turned_off(checkout: Path) -> None:
    assert files_of_modules(checkout, **{compiled.TURNED_OFF: "1"}) == {".py"}
