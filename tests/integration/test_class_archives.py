"""Archives of classes: what travels and what does not."""

import hashlib
import io
import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from pycrdt import Doc, Map
from sqlalchemy import select, update

from classroom.archives.errors import ArchiveError
from classroom.archives.manifest import read_manifest
from classroom.documents.models import DocumentRow
from persistence.log_tables import DocumentAuthor, DocumentUpdate
from tests.integration.class_archives import Demo, brought, entries_of, packed, saved
from tests.integration.conftest import Classroom

pytestmark = pytest.mark.postgres


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
