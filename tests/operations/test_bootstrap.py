import os
import stat
from pathlib import Path

import pytest

from scripts import bootstrap, browser, structure
from scripts.stamps import Stamps, digest, files_below


@pytest.fixture
def checkout(tmp_path: Path) -> bootstrap.Checkout:
    made = bootstrap.Checkout()
    made.stamps = Stamps(tmp_path / "stamps")
    return made


def test_a_step_is_done_once_and_again_when_its_inputs_change(checkout: bootstrap.Checkout) -> None:
    calls: list[str] = []
    for inputs in ("a", "a", "b", "b"):
        checkout.step("build", "building", lambda: calls.append("done"), inputs=inputs)
    assert len(calls) == 2


def test_a_step_is_done_again_when_its_result_is_gone(checkout: bootstrap.Checkout) -> None:
    calls: list[str] = []
    checkout.step("build", "building", lambda: calls.append("done"), inputs="a")
    checkout.step("build", "building", lambda: calls.append("done"), inputs="a", present=False)
    assert len(calls) == 2


def test_a_step_that_was_interrupted_does_not_count_as_done(checkout: bootstrap.Checkout) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    checkout.step("build", "building", lambda: None, inputs="old")
    with pytest.raises(KeyboardInterrupt):
        checkout.step("build", "building", interrupted, inputs="new")
    assert not checkout.stamps.fresh("build", "old")
    assert not checkout.stamps.fresh("build", "new")


def test_a_digest_knows_changed_renamed_and_missing_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    seen = {digest(files=files_below(tmp_path))}
    (tmp_path / "a").write_text("2")
    seen.add(digest(files=files_below(tmp_path)))
    (tmp_path / "a").rename(tmp_path / "b")
    seen.add(digest(files=files_below(tmp_path)))
    seen.add(digest(files=[tmp_path / "a"]))
    seen.add(digest(words=["a"]))
    assert len(seen) == 5


def test_what_is_derived_does_not_change_a_digest(tmp_path: Path) -> None:
    (tmp_path / "source.ts").write_text("1")
    before = digest(files=files_below(tmp_path))
    for name in ("node_modules", "dist"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file.js").write_text("2")
    assert digest(files=files_below(tmp_path)) == before


def test_installers_see_no_foreign_sources_but_keep_proxies_and_certificates() -> None:
    environ = bootstrap.installer_environment(
        {
            "PIP_FIND_LINKS": "/somewhere",
            "PIP_EXTRA_INDEX_URL": "https://other.example",
            "UV_INDEX": "https://other.example",
            "PYTHONPATH": "/somewhere",
            "HTTPS_PROXY": "http://proxy.example:3128",
            "PIP_CERT": "/certificates.pem",
        }
    )
    assert environ["HTTPS_PROXY"] == "http://proxy.example:3128"
    assert environ["SSL_CERT_FILE"] == "/certificates.pem"
    assert environ["PIP_CONFIG_FILE"] == os.devnull
    assert not {"PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "UV_INDEX", "PYTHONPATH"} & environ.keys()


def test_a_failing_program_shows_the_end_of_its_output_and_what_to_do() -> None:
    with pytest.raises(bootstrap.StepFailed) as failure:
        bootstrap.run(["sh", "-c", "echo the reason; exit 3"], advice="Try again.")
    assert "the reason" in str(failure.value)
    assert str(failure.value).endswith("`sh -c 'echo the reason; exit 3'` failed (3).\nTry again.")


def test_a_program_that_does_not_exist_is_named() -> None:
    with pytest.raises(bootstrap.StepFailed, match="no-such-program cannot be started"):
        bootstrap.run(["no-such-program"], advice="Install it.")


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_the_browser_asked_for_comes_first(tmp_path: Path) -> None:
    wanted = program(tmp_path / "mine" / "browser")
    program(tmp_path / "bin" / "chromium")
    environ = {"LECTERN_TEST_BROWSER": str(wanted), "PATH": str(tmp_path / "bin")}
    assert browser.find(environ) == str(wanted)


def test_a_browser_on_the_path_or_among_the_applications_is_found(tmp_path: Path) -> None:
    application = program(tmp_path / "Google Chrome")
    assert browser.find({"PATH": str(tmp_path)}, applications=(str(application),)) == str(application)
    chrome = program(tmp_path / "bin" / "google-chrome")
    assert browser.find({"PATH": str(tmp_path / "bin")}, applications=(str(application),)) == str(chrome)


def test_a_browser_that_is_asked_for_but_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(browser.NoBrowserError, match="which is not a program"):
        browser.find({"LECTERN_TEST_BROWSER": str(tmp_path / "none")})


def test_without_a_browser_one_line_says_how_to_get_one(tmp_path: Path) -> None:
    assert browser.find({"PATH": str(tmp_path)}, applications=()) is None
    assert "LECTERN_TEST_BROWSER" in browser.advice()
    assert "\n" not in browser.advice()


def lock_files(root: Path, **locks: str) -> None:
    (root / "requirements").mkdir()
    for name, text in locks.items():
        (root / "requirements" / f"{name}.lock").write_text(text)
    bootstrap.run(["git", "init", "--quiet", str(root)], advice="")


def test_lock_files_without_hashes_or_at_odds_are_found(tmp_path: Path) -> None:
    run, dev = "one==1 \\\n    --hash=sha256:aa\ntwo==2\n", "one==3 \\\n    --hash=sha256:bb\n"
    lock_files(tmp_path, run=run, dev=dev, compile="one==4 \\\n    --hash=sha256:cc\n")
    assert list(structure.loose_locks(tmp_path)) == [
        "requirements/run.lock: two==2 has no hash",
        "requirements/dev.lock: one is 3, but run.lock has 1",
        "requirements/dev.lock: two is None, but run.lock has 2",
        "requirements/dev.lock: one is 3, but compile.lock has 4",
    ]


def test_a_registry_or_a_path_of_this_machine_is_found(tmp_path: Path) -> None:
    bootstrap.run(["git", "init", "--quiet", str(tmp_path)], advice="")
    (tmp_path / "a.txt").write_text("https://py" + "pi.org/x\nfine\n/somebodys/home/file\n")
    assert list(structure.named_places(tmp_path, forbidden=["/somebodys/home/"])) == [
        "a.txt:1: names a package registry",
        "a.txt:3: names a path of this machine",
    ]


def test_a_decision_that_is_not_linked_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "docs" / "decisions"
    folder.mkdir(parents=True)
    (folder / "README.md").write_text("[one](0001-one.md)")
    (folder / "0001-one.md").write_text("")
    (folder / "0002-two.md").write_text("")
    assert list(structure.unlinked_decisions(tmp_path)) == [
        "docs/decisions/0002-two.md: not linked from docs/decisions/README.md"
    ]


def test_two_steps_of_the_schema_with_one_number_are_found(tmp_path: Path) -> None:
    folder = tmp_path / "persistence" / "migrations" / "versions"
    folder.mkdir(parents=True)
    (folder / "0001_one.py").write_text('revision = "0001"\ndown_revision = None\n')
    for name in ("0002_mine.py", "0002_yours.py"):
        (folder / name).write_text('revision = "0002"\ndown_revision = "0001"\n')
    assert list(structure.forked_migrations(tmp_path)) == [
        "persistence/migrations/versions/0002_yours.py: is step 0003 of the schema, and has to say so"
    ]
