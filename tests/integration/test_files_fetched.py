"""Files as browsers and players fetch them: parts, headers, links."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from classroom.files.links import LIFETIME, FileLinks
from persistence.base import utc_now
from persistence.disk_files import DiskFiles
from tests.integration.conftest import Api, Classroom
from tests.integration.uploads import SVG, upload

IsProblem = Callable[..., None]

FILM = b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 300
ETAG = f'"{hashlib.sha256(FILM).hexdigest()}"'


async def film(classroom: Classroom, name: str = "film.mp4") -> str:
    made = await upload(classroom.teacher, FILM, name=name, claimed="video/mp4")
    assert made.status_code == 201, made.text
    url: str = made.json()["url"]
    return url


@pytest.mark.parametrize(
    ("wanted", "start", "stop"),
    [("bytes=0-0", 0, 1), ("bytes=1000-1999", 1000, 2000), ("bytes=76000-", 76000, len(FILM)), ("bytes=-5", -5, None)],
)
async def test_a_player_gets_the_part_that_it_asks_for(
    classroom: Classroom, wanted: str, start: int, stop: int | None
) -> None:
    url = await film(classroom)
    answer = await classroom.teacher.http.get(url, headers={"Range": wanted})
    expected = FILM[start:stop]
    first = start % len(FILM)
    assert answer.status_code == 206
    assert answer.content == expected
    assert answer.headers["content-range"] == f"bytes {first}-{first + len(expected) - 1}/{len(FILM)}"
    assert answer.headers["content-length"] == str(len(expected))
    assert answer.headers["etag"] == ETAG
    assert answer.headers["content-disposition"].startswith("inline")


async def test_a_part_that_is_not_there_is_refused_with_the_length(classroom: Classroom) -> None:
    answer = await classroom.teacher.http.get(await film(classroom), headers={"Range": f"bytes={len(FILM)}-"})
    assert (answer.status_code, answer.content) == (416, b"")
    assert answer.headers["content-range"] == f"bytes */{len(FILM)}"


@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=0-1,3-4"}, {"Range": "bytes=0-1", "If-Range": '"older"'}])
async def test_otherwise_the_whole_is_sent(classroom: Classroom, headers: dict[str, str]) -> None:
    answer = await classroom.teacher.http.get(await film(classroom), headers=headers)
    assert (answer.status_code, answer.content) == (200, FILM)
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-length"] == str(len(FILM))


async def test_head_tells_what_get_would(classroom: Classroom) -> None:
    url = await film(classroom)
    got = await classroom.teacher.http.get(url)
    told = await classroom.teacher.http.head(url)
    assert (told.status_code, told.content) == (200, b"")
    assert dict(told.headers) == dict(got.headers)


async def test_a_link_is_followed_without_a_token_by_who_asked_for_it(classroom: Classroom) -> None:
    url = await film(classroom)
    link = await classroom.teacher.post(f"{url.removeprefix('/api')}/links")
    assert link.status_code == 201
    anybody = classroom.api.client()
    answer = await anybody.http.get(link.json()["url"], headers={"Range": "bytes=4-7"})
    assert (answer.status_code, answer.content) == (206, b"ftyp")
    named = await anybody.http.head(link.json()["url"] + "&name=../Erdkunde.mp4")
    assert named.status_code == 200
    assert named.headers["content-disposition"].startswith('inline; filename="Erdkunde.mp4"')


async def test_a_link_shows_what_its_owner_may_see_now(classroom: Classroom, is_problem: IsProblem) -> None:
    made = await upload(classroom.student, SVG, claimed="", document_id=classroom.board_id)
    path = made.json()["url"].removeprefix("/api")
    link = (await classroom.student.post(f"{path}/links")).json()["url"]
    assert (await classroom.api.client().http.get(link)).status_code == 200
    await classroom.teacher.put(f"/documents/{classroom.board_id}/access", {"students": "none"})
    is_problem(await classroom.api.client().http.get(link), 404, "not_found")
    await classroom.teacher.put(f"/documents/{classroom.board_id}/access", {"students": "read"})
    await classroom.student.post("/auth/logout")
    other = await classroom.student.delete("/me/sign-ins")
    assert other.status_code in (204, 401)
    is_problem(await classroom.api.client().http.get(link), 401, "token_revoked")


async def test_a_link_is_good_for_one_file_and_for_a_while(classroom: Classroom, is_problem: IsProblem) -> None:
    one, other = await film(classroom), await film(classroom)
    link = (await classroom.teacher.post(f"{one.removeprefix('/api')}/links")).json()["url"]
    token = link.partition("token=")[2]
    anybody = classroom.api.client()
    damaged = token[:-3] + ("AAA" if token[-3:] != "AAA" else "BBB")
    for wrong in (
        f"{other}/linked?token={token}",
        f"{one}/linked?token={damaged}",
        f"{one}/linked",
        f"{one}/linked?token=%C3%A4",
    ):
        is_problem(await anybody.http.get(wrong), 401, "token_invalid")
    later = FileLinks("a secret of thirty-two characters", now=lambda: utc_now() + LIFETIME + timedelta(seconds=1))
    classroom.api.replace(file_links=later)
    is_problem(await anybody.http.get(link), 401, "token_expired")
    classroom.api.replace(file_links=FileLinks("another secret of thirty-two chars"))
    is_problem(await anybody.http.get(link), 401, "token_invalid")


async def test_nobody_gets_a_link_to_what_they_may_not_see(classroom: Classroom, is_problem: IsProblem) -> None:
    path = (await film(classroom)).removeprefix("/api")
    is_problem(await classroom.student.post(f"{path}/links"), 404, "not_found")


async def test_bytes_that_are_gone_from_the_store_are_told_as_such(
    classroom: Classroom, tmp_path: Path, is_problem: IsProblem
) -> None:
    url = await film(classroom)
    await classroom.api.services.file_store.forget(hashlib.sha256(FILM).digest())
    is_problem(await classroom.teacher.http.get(url), 500, "file_missing")
    # Whoever uploads them again brings them back for all.
    await film(classroom)
    assert (await classroom.teacher.http.get(url)).content == FILM


async def limit(api: Api, **limits: int) -> None:
    api.services.files.limits = replace(api.services.files.limits, **limits)


@pytest.mark.parametrize(
    ("bound", "code"),
    [("person_max_bytes", "person_files_full"), ("house_max_bytes", "house_files_full")],
)
async def test_uploads_stop_where_there_is_no_room(
    classroom: Classroom, bound: str, code: str, tmp_path: Path, is_problem: IsProblem
) -> None:
    await limit(classroom.api, **{bound: 2000})
    assert (await upload(classroom.student, b"a" * 1000)).status_code == 201
    is_problem(await upload(classroom.student, b"b" * 1001), 413, code)
    assert (await upload(classroom.student, b"c" * 1000)).status_code == 201
    is_problem(await upload(classroom.student, b"d"), 413, code)
    if bound == "person_max_bytes":
        assert (await upload(classroom.teacher, b"e" * 1000)).status_code == 201
        room = (await classroom.student.get("/me/files")).json()
        assert room == {"file_max_bytes": 200_000, "used_bytes": 2000, "max_bytes": 2000}


async def test_a_class_has_room_of_its_own(classroom: Classroom, is_problem: IsProblem) -> None:
    await limit(classroom.api, class_max_bytes=len(SVG) + 10)
    board = classroom.board_id
    assert (await upload(classroom.student, SVG, claimed="", document_id=board)).status_code == 201
    is_problem(await upload(classroom.teacher, SVG, claimed="", document_id=board), 413, "class_files_full")
    sheet = (await upload(classroom.teacher, b"more than ten bytes")).json()["id"]
    is_problem(
        await classroom.teacher.post(f"/classes/{classroom.class_id}/files", {"file_id": sheet}),
        413,
        "class_files_full",
    )


async def test_many_uploads_at_once_do_not_take_more_than_there_is(classroom: Classroom) -> None:
    await limit(classroom.api, person_max_bytes=3000)
    answers = await asyncio.gather(*(upload(classroom.student, bytes([65 + n]) * 1000) for n in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [413] * 3


async def test_what_is_announced_as_too_much_is_refused_before_it_is_sent(
    classroom: Classroom, is_problem: IsProblem
) -> None:
    await limit(classroom.api, person_max_bytes=1000)
    read = False

    async def body():
        nonlocal read
        read = True
        yield b""

    headers = {"Content-Type": "multipart/form-data; boundary=b", "Content-Length": "150000"}
    answer = await classroom.student.request("POST", "/files", content=body(), headers=headers)
    is_problem(answer, 413, "person_files_full")


async def test_an_upload_that_stalls_is_ended(
    classroom: Classroom, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, is_problem: IsProblem
) -> None:
    monkeypatch.setattr("classroom.files.multipart.STALLED_SECONDS", 0.05)
    never = asyncio.Event()

    async def body():
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhello'
        await never.wait()

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = await classroom.student.request("POST", "/files", content=body(), headers=headers)
    is_problem(answer, 408, "upload_stalled")
    assert not [path for path in (tmp_path / "files").rglob("*") if path.is_file()]


async def test_nobody_has_very_many_uploads_on_their_way(classroom: Classroom, is_problem: IsProblem) -> None:
    go_on, all_begun = asyncio.Event(), asyncio.Event()
    begun = 0

    async def body():
        nonlocal begun
        begun += 1
        if begun == 10:
            all_begun.set()
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhello'
        await go_on.wait()
        yield b"\r\n--b--\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    slow = [
        asyncio.create_task(classroom.student.request("POST", "/files", content=body(), headers=headers))
        for _ in range(10)
    ]
    await all_begun.wait()
    is_problem(await upload(classroom.student, b"one more"), 429, "too_many_attempts")
    assert (await upload(classroom.teacher, b"of somebody else")).status_code == 201
    go_on.set()
    assert {answer.status_code for answer in await asyncio.gather(*slow)} == {201}
    assert (await upload(classroom.student, b"one more")).status_code == 201


async def test_a_full_disk_is_told_in_words(
    classroom: Classroom, monkeypatch: pytest.MonkeyPatch, is_problem: IsProblem
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    is_problem(await upload(classroom.student, b"words"), 507, "storage_full")


async def test_the_same_bytes_twice_at_once_are_two_files_and_kept_once(classroom: Classroom, tmp_path: Path) -> None:
    answers: list[httpx.Response] = await asyncio.gather(*(upload(classroom.student, FILM) for _ in range(5)))
    assert len({answer.json()["id"] for answer in answers}) == 5
    store = classroom.api.services.file_store
    assert isinstance(store, DiskFiles)
    found = [sha256 async for some in store.kept(before=utc_now() + timedelta(days=1)) for sha256 in some]
    assert found == [hashlib.sha256(FILM).digest()]
