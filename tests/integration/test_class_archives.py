"""Archives of classes: what travels and what does not, and that a bad one leaves nothing behind."""

import asyncio
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from pycrdt import Doc, Map
from sqlalchemy import func, select, update

from auth.models import AccountStatus, UserRow
from classroom.archives.arriving import House, bring_class
from classroom.archives.errors import ArchiveError
from classroom.archives.leaving import save_class
from classroom.archives.manifest import Entry, Manifest, read_manifest, written_manifest
from classroom.classes.models import ClassRow
from classroom.courses.models import CourseRow
from classroom.demo import seed
from classroom.documents.models import DocumentRow
from classroom.file_uses import BYTES_NAMED_BY
from classroom.files.limits import FileLimits
from classroom.files.models import FileRow
from classroom.portable import ARRIVING, LEAVING
from collab_server.seeding import seeded
from persistence.disk_files import DiskFiles
from persistence.log_tables import DocumentAuthor, DocumentUpdate
from tests.integration.conftest import Api, Classroom, Client

pytestmark = pytest.mark.postgres

TEACHER = "teacher@lectern.example"
Entries = dict[str, bytes]


def quiet(_line: str) -> None:
    """Say nothing."""


def house(api: Api, **changes: Any) -> House:
    values: dict[str, Any] = {
        "database": api.services.database,
        "store": api.services.file_store,
        "limits": FileLimits(),
        "document_max_bytes": 1_000_000,
        "seeds": seeded,
        "named_by": BYTES_NAMED_BY,
    }
    return House(**(values | changes))


async def saved(api: Api, class_id: str, **options: Any) -> bytes:
    file = io.BytesIO()
    await save_class(
        api.services.database,
        api.services.file_store,
        file,
        parts=LEAVING,
        class_id=UUID(class_id),
        release="1.0",
        report=quiet,
        **options,
    )
    return file.getvalue()


async def brought(api: Api, data: bytes, folder: Path, *, teacher: str = TEACHER, into: House | None = None) -> UUID:
    path = folder / "class.lectern"
    path.write_bytes(data)
    class_id, _ = await bring_class(into or house(api), path, parts=ARRIVING, teacher=teacher, report=quiet)
    return class_id


def entries_of(data: bytes) -> Entries:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(entries: Mapping[str, bytes]) -> bytes:
    """Return an archive with these entries, whose manifest fits them."""
    there = {name: data for name, data in entries.items() if name != "manifest.json"}
    before = read_manifest(entries["manifest.json"])
    manifest = Manifest(
        **before.model_dump(exclude={"entries"}),
        entries={name: Entry(bytes=len(data), sha256=hashlib.sha256(data).hexdigest()) for name, data in there.items()},
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in there.items():
            archive.writestr(zipfile.ZipInfo(name), data)
        archive.writestr("manifest.json", written_manifest(manifest))
    return file.getvalue()


@dataclass
class Extent:
    """How much there is of what an import could leave behind."""

    rows: dict[str, int]
    files: set[str]

    @classmethod
    async def of(cls, api: Api, folder: Path) -> "Extent":
        rows = {}
        async with api.services.database.transaction() as tx:
            for table in (ClassRow, CourseRow, DocumentRow, DocumentUpdate, FileRow):
                rows[table.__tablename__] = await tx.session.scalar(select(func.count()).select_from(table)) or 0
        return cls(rows, {path.name for path in (folder / "files").rglob("*") if path.is_file()})


@dataclass
class Demo:
    """The demo class with a file shared in it."""

    api: Api
    class_id: str
    teacher: Client
    archive: bytes

    @property
    def entries(self) -> Entries:
        return entries_of(self.archive)


@pytest_asyncio.fixture
async def demo(api: Api) -> Demo:
    accounts = await seed(api.services.database, passwords=api.services.passwords, file_store=api.services.file_store)
    teacher = api.client()
    assert (await teacher.sign_in(TEACHER, str(accounts[0].password))).status_code == 200
    (room,) = (await teacher.get("/classes")).json()["items"]
    file = (await teacher.post("/files", files={"file": ("notes.txt", b"Every drop")})).json()
    await teacher.post(f"/classes/{room['id']}/files", {"file_id": file["id"]})
    return Demo(api, room["id"], teacher, await saved(api, room["id"]))


async def refused(demo: Demo, data: bytes, folder: Path, **options: Any) -> str:
    before = await Extent.of(demo.api, folder)
    with pytest.raises(ArchiveError) as refusal:
        await brought(demo.api, data, folder, **options)
    assert await Extent.of(demo.api, folder) == before
    assert "\n" not in str(refusal.value)
    return str(refusal.value)


async def test_a_class_comes_back_on_the_same_server_as_another_one(demo: Demo, tmp_path: Path) -> None:
    there = await brought(demo.api, demo.archive, tmp_path)
    again = entries_of(await saved(demo.api, str(there)))
    assert len((await demo.teacher.get("/classes")).json()["items"]) == 2
    for name in ("course.json", "polls.json"):
        assert _without_ids(again[name]) == _without_ids(demo.entries[name])
    assert {name for name in again if name.startswith("files/")} == {
        name for name in demo.entries if name.startswith("files/")
    }
    async with demo.api.services.database.transaction() as tx:
        documents = select(DocumentRow.id).where(DocumentRow.class_id == there)
        # Whoever draws first has an id of their own: those of the content are nobody's, and no person is named as its author.
        assert not (
            await tx.session.scalars(select(DocumentAuthor).where(DocumentAuthor.document_id.in_(documents)))
        ).all()
        rows = await tx.session.scalars(select(DocumentUpdate).where(DocumentUpdate.document_id.in_(documents)))
        assert {(row.seq, row.user_id, row.session_id) for row in rows} == {(1, None, None)}


def _without_ids(data: bytes) -> Any:
    def without(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: without(each) for key, each in value.items() if key != "id"}
        return [without(each) for each in value] if isinstance(value, list) else value

    return without(json.loads(data))


async def test_what_was_deleted_and_what_is_other_peoples_stays(classroom: Classroom, tmp_path: Path) -> None:
    api, teacher, path = classroom.api, classroom.teacher, f"/classes/{classroom.class_id}"
    gone = (await teacher.post(f"{path}/documents", {"kind": "whiteboard", "title": "Gone"})).json()
    await teacher.delete(f"/documents/{gone['id']}")
    foreign = (await teacher.post("/files", files={"file": ("secret.png", _png())})).json()

    def show_a_foreign_file(doc: Doc[Any]) -> None:
        doc.get("files", type=Map)["x"] = {"url": foreign["url"], "media_type": "image/png"}
        doc.get("elements", type=Map)["x"] = {"type": "image", "fileId": "x"}

    async with api.services.database.transaction() as tx:
        from documents.kinds import Kind

        api.services.live.edit(tx, UUID(classroom.board_id), Kind.WHITEBOARD, show_a_foreign_file)
    entries = entries_of(await saved(api, classroom.class_id))
    assert [each["title"] for each in json.loads(entries["documents.json"])["items"]] == ["Board"]
    assert not [name for name in entries if name.startswith("files")]
    there = await brought(api, packed(entries), tmp_path, teacher=(await teacher.get("/me")).json()["email"])
    (board,) = (await teacher.get(f"/classes/{there}/documents")).json()["items"]
    shown = (await teacher.get(f"/documents/{board['id']}/export?format=json")).json()["files"]["x"]["url"]
    # What an archive does not hold has an id that means nothing, also on the server where it once meant something.
    assert shown != foreign["url"]
    assert (await teacher.get(shown.removeprefix("/api"))).status_code == 404


def _png() -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (4, 4)).save(file, "PNG")
    return file.getvalue()


async def test_one_deck_leaves_with_its_pages_and_the_boards_over_its_slides(demo: Demo, tmp_path: Path) -> None:
    documents = (await demo.teacher.get(f"/classes/{demo.class_id}/documents")).json()["items"]
    deck = next(each for each in documents if each["kind"] == "slides")
    data = await saved(demo.api, demo.class_id, document_id=UUID(deck["id"]))
    entries = entries_of(data)
    assert {name for name in entries if "/" not in name} == {
        "manifest.json",
        "documents.json",
        "slides.json",
        "files.json",
    }
    there = await brought(demo.api, data, tmp_path)
    (copy,) = (await demo.teacher.get(f"/classes/{there}/documents")).json()["items"]
    slides = (await demo.teacher.get(f"/documents/{copy['id']}/export?format=json")).json()["slides"]
    board = next(slide["board_id"] for slide in slides if "board_id" in slide)
    assert (await demo.teacher.get(f"/documents/{board}/export?format=json")).json()["elements"]
    with pytest.raises(ArchiveError, match="has no document"):
        await saved(demo.api, demo.class_id, document_id=uuid4())
    with pytest.raises(ArchiveError, match="There is no class"):
        await saved(demo.api, str(uuid4()))


async def test_a_file_that_the_store_has_lost_is_left_out_and_named(demo: Demo, tmp_path: Path) -> None:
    sha256 = hashlib.sha256(b"Every drop").digest()
    await demo.api.services.file_store.forget(sha256)
    data = await saved(demo.api, demo.class_id)
    assert read_manifest(entries_of(data)["manifest.json"]).missing == [sha256.hex()]
    there = await brought(demo.api, data, tmp_path)
    assert (await demo.teacher.get(f"/classes/{there}/files")).json()["items"] == []


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


async def test_text_about_characters_is_text(demo: Demo, tmp_path: Path) -> None:
    """What looks like an escape in JSON is one only where JSON says so."""
    words = "Write \\u0000 and \\\\u0000 for NUL; a backslash at the end: \\"
    path = f"/classes/{demo.class_id}/assignments"
    assert (await demo.teacher.post(path, {"title": "Escapes", "instructions": words})).status_code == 201
    there = await brought(demo.api, await saved(demo.api, demo.class_id), tmp_path)
    (copy,) = [
        each
        for each in (await demo.teacher.get(f"/classes/{there}/assignments")).json()["items"]
        if each["title"] == "Escapes"
    ]
    assert copy["instructions"] == words


async def test_a_document_that_cannot_be_read_is_named(demo: Demo) -> None:
    async with demo.api.services.database.transaction() as tx:
        board = select(DocumentRow.id).where(DocumentRow.title == "The water cycle").scalar_subquery()
        await tx.session.execute(
            update(DocumentUpdate).where(DocumentUpdate.document_id == board).values(payload=b"\xff\xff\xff")
        )
    with pytest.raises(ArchiveError, match=r"The document 'The water cycle' \(.*\) cannot be read"):
        await saved(demo.api, demo.class_id)


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
