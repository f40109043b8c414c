"""Uploads: what is taken, and who may fetch."""

import asyncio
import hashlib
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pycrdt
import pytest

from documents.sample_board import sample_board
from persistence.ids import new_id
from tests.integration.conftest import Api, Classroom
from tests.integration.test_documents import append
from tests.integration.uploads import SVG, huge_png, image, kept, rows, upload

IsProblem = Callable[..., None]


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (image("PNG"), "image/png"),
        (image("JPEG"), "image/jpeg"),
        (image("GIF"), "image/gif"),
        (image("WEBP"), "image/webp"),
        (SVG, "image/svg+xml"),
    ],
)
@pytest.mark.parametrize("claims", [True, False])
async def test_images_are_kept_and_come_back_as_they_were(
    api: Api, content: bytes, media_type: str, claims: bool
) -> None:
    student = await api.student()
    response = await upload(student, content, claimed=media_type if claims else "application/octet-stream")
    assert response.status_code == 201, response.text
    made = response.json()
    assert made == {
        "id": made["id"],
        "url": f"/api/files/{made['id']}",
        "media_type": media_type,
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "name": "a.png",
    }
    fetched = await student.http.get(made["url"])
    assert fetched.content == content
    assert fetched.headers["content-type"] == media_type
    assert fetched.headers["x-content-type-options"] == "nosniff"
    assert fetched.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert fetched.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert fetched.headers["content-disposition"].startswith("inline")
    again = await student.http.get(made["url"], headers={"If-None-Match": fetched.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def office(part: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>" * 500)
        archive.writestr(part, "<x/>" * 500)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "claimed", "media_type"),
    [
        ("Arbeitsblatt.pdf", b"%PDF-1.7\n" + b"x" * 100, "application/pdf", "application/pdf"),
        (
            "essay.docx",
            office("word/document.xml"),
            "",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        ("notes.txt", "Grüße aus 東京\n".encode(), "text/plain", "text/plain"),
        ("marks.csv", b"name;mark\nAda;1\n", "application/vnd.ms-excel", "text/csv"),
        ("song.mp3", b"ID3\x04\0\0" + bytes(100), "audio/mpeg", "audio/mpeg"),
        ("film.mp4", b"\0\0\0\x18ftypmp42" + bytes(100), "video/mp4", "video/mp4"),
        ("work.zip", office("main.py")[:20] + bytes(100), "application/zip", "application/zip"),
        ("sketch.ggb", bytes(range(256)), "", "application/octet-stream"),
        # What it claims to be does not count.
        ("page.png", b"<!doctype html><script>alert(1)</script>", "image/png", "text/html"),
        ("photo.png", image("JPEG"), "image/png", "image/jpeg"),
        ("holiday.jpg", image("JPEG", (64, 64))[:-100], "image/jpeg", "application/octet-stream"),
        ("bomb.png", huge_png(30_000, 30_000), "image/png", "application/octet-stream"),
        ("logo.svg", SVG.replace(b"<circle", b"<script>alert(1)</script><circle"), "image/svg+xml", "application/xml"),
    ],
)
async def test_any_useful_file_is_kept_and_its_type_is_what_its_bytes_are(
    api: Api, name: str, content: bytes, claimed: str, media_type: str
) -> None:
    student = await api.student()
    response = await upload(student, content, name=name, claimed=claimed)
    assert response.status_code == 201, response.text
    assert (response.json()["media_type"], response.json()["name"]) == (media_type, name)
    fetched = await student.http.get(response.json()["url"])
    assert fetched.content == content
    assert fetched.headers["content-type"].partition(";")[0] == media_type
    shown = media_type.startswith(("image/", "audio/", "video/"))
    assert fetched.headers["content-disposition"].startswith("inline" if shown else "attachment")
    assert fetched.headers["x-content-type-options"] == "nosniff"
    assert fetched.headers["content-security-policy"] == "sandbox; default-src 'none'"


async def test_equal_bytes_are_kept_once(api: Api, tmp_path: Path) -> None:
    one, other = await api.student(), await api.student()
    first, second = await upload(one, SVG, claimed=""), await upload(other, SVG, claimed="")
    assert first.json()["id"] != second.json()["id"]
    assert len(kept(tmp_path)) == 1
    assert await rows(api) == 2


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/", "file"),
        ("..", "file"),
        ("Größe 林.png", "Größe 林.png"),
        ("a\tb.png", "a%09b.png"),  # as browsers write a tab in a form
        ("x" * 300 + ".png", "x" * 200),
        ("photo\u202egnp.exe", "photognp.exe"),
    ],
)
async def test_a_files_name_is_never_a_path(api: Api, tmp_path: Path, name: str, shown: str) -> None:
    student = await api.student()
    response = await upload(student, SVG, name=name, claimed="image/svg+xml")
    assert response.json()["name"] == shown
    (path,) = kept(tmp_path)
    digest = hashlib.sha256(SVG).hexdigest()
    assert path == tmp_path / "files" / digest[:2] / digest[2:4] / digest
    fetched = await student.http.get(response.json()["url"])
    assert fetched.status_code == 200


async def test_a_files_readers_are_those_of_its_document(classroom: Classroom, is_problem: IsProblem) -> None:
    made = (await upload(classroom.student, SVG, claimed="", document_id=classroom.board_id)).json()
    for person in (classroom.student, classroom.teacher):
        assert (await person.http.get(made["url"])).status_code == 200
    is_problem(await classroom.stranger.http.get(made["url"]), 404, "not_found")
    is_problem(await classroom.api.client().http.get(made["url"]), 401, "token_missing")
    await classroom.teacher.put(f"/documents/{classroom.board_id}/access", {"students": "none"})
    is_problem(await classroom.student.http.get(made["url"]), 404, "not_found")


async def test_a_file_without_a_document_is_its_uploaders_own(classroom: Classroom, is_problem: IsProblem) -> None:
    made = (await upload(classroom.student, SVG, claimed="")).json()
    assert (await classroom.student.http.get(made["url"])).status_code == 200
    is_problem(await classroom.teacher.http.get(made["url"]), 404, "not_found")


async def test_adding_to_a_document_needs_the_right_to_write(
    classroom: Classroom, tmp_path: Path, is_problem: IsProblem
) -> None:
    await classroom.teacher.put(f"/documents/{classroom.board_id}/access", {"students": "read"})
    target = classroom.board_id
    is_problem(await upload(classroom.student, SVG, claimed="", document_id=target), 403, "forbidden")
    is_problem(await upload(classroom.stranger, SVG, claimed="", document_id=target), 404, "not_found")
    is_problem(await upload(classroom.stranger, SVG, claimed="", document_id=str(new_id())), 404, "not_found")
    assert kept(tmp_path) == []


async def test_nobody_uploads_without_signing_in(api: Api, tmp_path: Path, is_problem: IsProblem) -> None:
    is_problem(await upload(api.client(), SVG), 401, "token_missing")
    assert kept(tmp_path) == []


async def test_unknown_files_are_not_found(api: Api, is_problem: IsProblem) -> None:
    student = await api.student()
    for path in (f"/files/{new_id()}", "/files/nonsense", "/files/..%2f..%2fetc%2fpasswd"):
        is_problem(await student.get(path), 404, "not_found")


async def test_the_same_key_keeps_one_file(classroom: Classroom, is_problem: IsProblem) -> None:
    headers = {"Idempotency-Key": "one"}
    answers = await asyncio.gather(*(upload(classroom.student, SVG, claimed="", headers=headers) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    other = await upload(classroom.student, image("PNG"), headers=headers)
    is_problem(other, 422, "idempotency_key_reused")


async def test_a_failure_after_the_bytes_leaves_no_row_and_no_unfinished_file(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_problem: IsProblem
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("power cut")

    student = await api.student()
    monkeypatch.setattr("classroom.files.actions.add_file", broken)
    is_problem(await upload(student, SVG, claimed=""), 500, "internal_error")
    assert await rows(api) == 0
    assert not [path for path in kept(tmp_path) if path.parent.name == "incoming"]


async def test_the_images_of_a_board_are_in_its_excalidraw_file(classroom: Classroom) -> None:
    mine = (await upload(classroom.student, SVG, claimed="", document_id=classroom.board_id)).json()
    foreign = (await upload(classroom.teacher, image("PNG"))).json()
    doc: pycrdt.Doc = pycrdt.Doc()
    elements, files = doc.get("elements", type=pycrdt.Map), doc.get("files", type=pycrdt.Map)
    for number, made in enumerate((mine, foreign)):
        elements[f"i{number}"] = {**sample_board()[0], "id": f"i{number}", "type": "image", "fileId": f"f{number}"}
        files[f"f{number}"] = {"url": made["url"], "media_type": made["media_type"]}
    elements["i2"] = {"id": "i2", "type": "image", "fileId": "f2"}
    files["f2"] = {"url": "https://evil.example/x.png"}
    await append(classroom, 1, doc.get_update())
    response = await classroom.student.get(f"/documents/{classroom.board_id}/export", params={"format": "excalidraw"})
    exported = response.json()["files"]
    assert set(exported) == {"f0"}
    assert exported["f0"]["dataURL"].startswith("data:image/svg+xml;base64,")
