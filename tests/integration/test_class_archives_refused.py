"""A bad archive of a class, or one that nobody here may have, is refused and leaves nothing behind."""

import asyncio
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from auth.models import AccountStatus, UserRow
from classroom.archives.errors import ArchiveError
from classroom.files.limits import FileLimits
from persistence.disk_files import DiskFiles
from tests.integration.class_archives import TEACHER, Demo, Entries, Extent, brought, house, packed, refused

pytestmark = pytest.mark.postgres


async def test_only_an_active_teacher_gets_a_class(demo: Demo, tmp_path: Path) -> None:
    for email, reason in (("nobody@school.example", "Nobody has"), ("zoe@lectern.example", "is no teacher")):
        assert reason in await refused(demo, demo.archive, tmp_path, teacher=email)
    async with demo.api.services.database.transaction() as tx:
        await tx.session.execute(update(UserRow).where(UserRow.email == TEACHER).values(status=AccountStatus.BLOCKED))
    assert "is not active" in await refused(demo, demo.archive, tmp_path)


async def test_the_bounds_of_files_and_documents_hold_for_archives(demo: Demo, tmp_path: Path) -> None:
    for limits, reason in (
        (FileLimits(file_max_bytes=5), "too large"),
        (FileLimits(person_max_bytes=5), "the teacher may still upload"),
        (FileLimits(class_max_bytes=5), "too large"),
        (FileLimits(house_max_bytes=5), "in the whole house"),
    ):
        assert reason in await refused(demo, demo.archive, tmp_path, into=house(demo.api, limits=limits))
    small = house(demo.api, document_max_bytes=50)
    assert "more than 50 bytes" in await refused(demo, demo.archive, tmp_path, into=small)


def part(name: str, change: Callable[[Any], None]) -> Callable[[Entries], Entries]:
    """Return what changes one part of an archive."""

    def changed(entries: Entries) -> Entries:
        body = json.loads(entries[name])
        change(body)
        return entries | {name: json.dumps(body).encode()}

    return changed


def without(*names: str) -> Callable[[Entries], Entries]:
    return lambda entries: {name: data for name, data in entries.items() if not name.startswith(names)}


def every_document(data: bytes) -> Callable[[Entries], Entries]:
    return lambda entries: {name: data if name.endswith(".yjs") else was for name, was in entries.items()}


def set_in(*path: Any) -> Callable[[Any], None]:
    """Return what sets the last of the path where the others lead."""

    def change(body: Any) -> None:
        for step in path[:-2]:
            body = body[step]
        body[path[-2]] = path[-1]

    return change


BAD: tuple[tuple[str, Callable[[Entries], Entries], str], ...] = (
    ("a document that is none", every_document(b"no update"), "an update cannot be read"),
    ("a part of a document", every_document(b"\x01\x01\x07\x05\x04\x01\x01r\x01x\x00"), "only a part"),
    ("a document without content", without("documents/"), "is missing"),
    ("files without bytes", without("files/"), "is missing"),
    ("a title that is none", part("lessons.json", set_in("items", 0, "title", " ")), "lessons.json, items.0.title"),
    ("a title with an end", part("lessons.json", set_in("items", 0, "title", "a\0b")), "a character that no text has"),
    ("a script", part("lessons.json", set_in("items", 0, "lessons", 0, "content", {"type": "script"})), "no place"),
    ("a field too many", part("polls.json", set_in("items", 0, "state", "open")), "polls.json, items.0.state"),
    ("a poll without options", part("polls.json", set_in("items", 0, "options", [])), "must be 2 to 20"),
    ("other kinds", part("documents.json", set_in("items", 0, "kind", "progress")), "documents.json, items.0.kind"),
    ("two with one id", part("documents.json", lambda said: said["items"].append(said["items"][0])), "two things"),
    ("a wrong size", part("files.json", set_in("items", 0, "size", 3)), "another size than its use says"),
    ("no assignment", part("gradebook.json", set_in("items", 0, "assignment_id", str(uuid4()))), "not there"),
    ("no category", part("gradebook.json", set_in("items", 0, "category_id", str(uuid4()))), "not there"),
    ("two in one place", part("class_files.json", lambda said: said["items"].append(said["items"][0])), "twice"),
    ("late before due", part("assignments.json", set_in("items", 0, "cutoff_at", "1990-01-01T00:00:00Z")), "due"),
)


async def test_an_archive_that_says_what_it_may_not_leaves_nothing(demo: Demo, tmp_path: Path) -> None:
    for what, change, reason in BAD:
        assert reason in await refused(demo, packed(change(demo.entries)), tmp_path), what


async def test_a_program_comes_in_under_no_name(demo: Demo, tmp_path: Path) -> None:
    program = b"MZ" + bytes(300)
    digest = hashlib.sha256(program).hexdigest()
    entries = demo.entries | {f"files/{digest}": program}
    said = json.loads(entries["files.json"])
    said["items"].append({**said["items"][0], "id": str(uuid4()), "sha256": digest, "size": len(program)})
    entries["files.json"] = json.dumps(said).encode()
    assert "is a program" in await refused(demo, packed(entries), tmp_path)


async def test_a_picture_of_a_page_is_a_picture_and_a_file_is_what_its_bytes_are(demo: Demo, tmp_path: Path) -> None:
    entries = demo.entries
    name = next(name for name in entries if name.startswith("slides/"))
    pages, said = json.loads(entries[name]), json.loads(entries["files.json"])
    text = next(each for each in said["items"] if each["name"] == "notes.txt")
    text["media_type"] = "text/html"
    entries["files.json"] = json.dumps(said).encode()
    there = await brought(demo.api, packed(entries), tmp_path)
    (shared,) = (await demo.teacher.get(f"/classes/{there}/files")).json()["items"]
    assert shared["file"]["media_type"] == "text/plain"
    pages["pages"][0]["image"] = {"sha256": text["sha256"], "size": text["size"]}
    entries[name] = json.dumps(pages).encode()
    assert "no picture of a page" in await refused(demo, packed(entries), tmp_path)


@pytest.mark.parametrize(
    "failure", [RuntimeError("the disk is on fire"), asyncio.CancelledError()], ids=["fault", "stop"]
)
async def test_an_import_that_fails_in_the_middle_leaves_nothing(
    demo: Demo, tmp_path: Path, failure: BaseException
) -> None:
    # Bytes that nobody else has, so that they are kept for this import alone.
    entries = demo.entries
    said = json.loads(entries["files.json"])
    content = b"only in this archive"
    digest = hashlib.sha256(content).hexdigest()
    said["items"].append({**said["items"][0], "id": str(uuid4()), "sha256": digest, "size": len(content)})
    entries |= {"files.json": json.dumps(said).encode(), f"files/{digest}": content}
    seen: list[bool] = []

    def fail(*_: Any) -> bytes:
        seen.append(any(path.name == digest for path in (tmp_path / "files").rglob("*")))
        raise failure

    before = await Extent.of(demo.api, tmp_path)
    with pytest.raises(type(failure)):
        await brought(demo.api, packed(entries), tmp_path, into=house(demo.api, seeds=fail))
    assert seen == [True]
    assert await Extent.of(demo.api, tmp_path) == before


async def test_bytes_that_are_forgotten_meanwhile_are_kept_once_more(demo: Demo, tmp_path: Path) -> None:
    asked: set[bytes] = set()

    class Forgetful(DiskFiles):
        """Had everything when it was first asked, and has forgotten it since."""

        async def has(self, sha256: bytes) -> bool:
            first = sha256 not in asked
            asked.add(sha256)
            return first or await super().has(sha256)

    other = Forgetful(tmp_path / "elsewhere")
    entries = demo.entries
    said = json.loads(entries["files.json"])
    content = b"in no row"
    digest = hashlib.sha256(content).hexdigest()
    said["items"][0] |= {"sha256": digest, "size": len(content), "name": "a.txt", "document_id": None}
    entries |= {"files.json": json.dumps(said).encode(), f"files/{digest}": content}
    await brought(demo.api, packed(entries), tmp_path, into=house(demo.api, store=other))
    assert b"".join([piece async for piece in other.read(bytes.fromhex(digest))]) == content


async def test_whatever_is_changed_in_what_an_archive_says_it_is_a_class_or_nothing(demo: Demo, tmp_path: Path) -> None:
    """Seeded: values of one part are put where others stand, with hashes that fit."""
    rng = Random(5)
    names = sorted(name for name in demo.entries if name.endswith(".json") and name != "manifest.json")
    outcomes = set()
    for _ in range(60):
        entries = demo.entries
        name = rng.choice([name for name in names if not name.startswith("documents/")])
        body = json.loads(entries[name])
        for _ in range(rng.randrange(1, 3)):
            _disturb(body, rng)
        data = packed(entries | {name: json.dumps(body).encode()})
        before = await Extent.of(demo.api, tmp_path)
        try:
            await brought(demo.api, data, tmp_path)
            outcomes.add("a class")
        except ArchiveError:
            assert await Extent.of(demo.api, tmp_path) == before
            outcomes.add("nothing")
    assert outcomes == {"a class", "nothing"}


ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    1.5,
    1e300,
    2**70,
    "",
    "x",
    "x" * 300,
    "\u202e",
    [],
    {},
    [[]],
    str(UUID(int=3)),
    "2026-01-01T00:00:00Z",
)


def _disturb(body: Any, rng: Random) -> None:
    """Put something odd into a random place."""
    places: list[tuple[Any, Any]] = []

    def walk(value: Any) -> None:
        keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
        for key in keys:
            places.append((value, key))
            walk(value[key])

    walk(body)
    holder, key = rng.choice(places)
    holder[key] = rng.choice(ODD)
