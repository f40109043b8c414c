"""Orphans: what is collected, and what never is."""

import asyncio
import os
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text, update

from classroom.file_uses import BYTES_NAMED_BY, FILE_USES
from classroom.files.collecting import Collected, FileCollector
from classroom.files.models import FileRow
from persistence.base import Base
from persistence.ids import new_id
from persistence.kept_files import keeping
from tests.integration.conftest import Api, Classroom
from tests.integration.test_class_files import shared
from tests.integration.uploads import SVG, kept, rows, upload

DAYS = timedelta(days=7)


def collector(api: Api) -> FileCollector:
    return FileCollector(
        api.services.database, api.services.file_store, uses=FILE_USES, named_by=BYTES_NAMED_BY, unused_kept=DAYS
    )


async def pass_time(api: Api, tmp_path: Path, days: int) -> None:
    """Let everything be some days older."""
    async with api.services.database.transaction() as transaction:
        await transaction.session.execute(
            update(FileRow).values(unused_since=FileRow.unused_since - timedelta(days=days))
        )
    for path in kept(tmp_path):
        stat = path.stat()
        os.utime(path, (stat.st_atime, stat.st_mtime - days * 86400))


async def test_a_file_that_nothing_uses_goes_after_some_days(classroom: Classroom, tmp_path: Path) -> None:
    api = classroom.api
    await upload(classroom.student, b"never used")
    assert await collector(api).collect(walk=True) == Collected(0, 0)
    await pass_time(api, tmp_path, 6)
    assert await collector(api).collect(walk=True) == Collected(0, 0)
    await pass_time(api, tmp_path, 2)
    assert await collector(api).collect(walk=False) == Collected(1, 1)
    assert (await rows(api), kept(tmp_path)) == (0, [])


async def test_what_is_used_stays_and_so_does_every_image_of_a_boards_history(
    classroom: Classroom, tmp_path: Path
) -> None:
    api = classroom.api
    made = await shared(classroom)
    # No element of the board shows it now; an earlier moment may.
    board = (await upload(classroom.student, SVG, claimed="", document_id=classroom.board_id)).json()
    await classroom.teacher.delete(f"/documents/{classroom.board_id}")
    for _ in range(3):
        await collector(api).collect(walk=True)
        await pass_time(api, tmp_path, 100)
    await classroom.teacher.post(f"/documents/{classroom.board_id}/restore")
    for url in (made["file"]["url"], board["url"]):
        assert (await classroom.student.http.get(url)).status_code == 200


async def test_the_days_begin_when_it_is_used_no_more(classroom: Classroom, tmp_path: Path) -> None:
    api = classroom.api
    made = await shared(classroom)
    await collector(api).collect(walk=True)
    await pass_time(api, tmp_path, 100)
    await classroom.teacher.delete(f"/class-files/{made['id']}")
    await collector(api).collect(walk=True)
    await pass_time(api, tmp_path, 6)
    await collector(api).collect(walk=True)
    assert (await classroom.teacher.post(f"/class-files/{made['id']}/restore")).status_code == 200
    await pass_time(api, tmp_path, 100)
    assert await collector(api).collect(walk=True) == Collected(0, 0)
    await classroom.teacher.delete(f"/class-files/{made['id']}")
    await collector(api).collect(walk=True)
    await pass_time(api, tmp_path, 8)
    assert await collector(api).collect(walk=True) == Collected(1, 1)
    assert (await classroom.teacher.post(f"/class-files/{made['id']}/restore")).status_code == 404


async def test_bytes_stay_for_as_long_as_any_row_names_them(classroom: Classroom, tmp_path: Path) -> None:
    api = classroom.api
    made = await shared(classroom, b"the same")
    await upload(classroom.student, b"the same")
    await collector(api).collect(walk=True)
    await pass_time(api, tmp_path, 8)
    assert await collector(api).collect(walk=True) == Collected(1, 0)
    assert (await classroom.student.http.get(made["file"]["url"])).content == b"the same"


async def test_bytes_without_a_row_go_but_not_while_they_may_be_on_their_way(api: Api, tmp_path: Path) -> None:
    student = await api.student()
    await upload(student, b"lost by a crash")
    async with api.services.database.transaction() as transaction:
        await transaction.session.execute(text("delete from files"))
    assert await collector(api).collect(walk=True) == Collected(0, 0)
    await pass_time(api, tmp_path, 2)
    assert await collector(api).collect(walk=False) == Collected(0, 0)
    assert await collector(api).collect(walk=True) == Collected(0, 1)
    assert kept(tmp_path) == []


async def test_killed_between_row_and_bytes_it_goes_on_the_next_time(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await upload(await api.student(), b"half way")
    await collector(api).collect(walk=True)
    await pass_time(api, tmp_path, 8)

    async def killed(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(api.services.file_store, "forget", killed)
        with pytest.raises(RuntimeError):
            await collector(api).collect(walk=True)
    assert await rows(api) == 0
    assert len(kept(tmp_path)) == 1
    assert await collector(api).collect(walk=True) == Collected(0, 1)
    assert kept(tmp_path) == []


async def test_of_several_servers_one_collects(api: Api, tmp_path: Path) -> None:
    student = await api.student()
    for number in range(5):
        await upload(student, str(number).encode())
    await collector(api).collect(walk=True)
    await pass_time(api, tmp_path, 8)
    found = await asyncio.gather(*(collector(api).collect(walk=True) for _ in range(4)))
    assert sum(each.rows for each in found) == 5
    assert sum(each.contents for each in found) == 5


async def test_whoever_claims_a_file_while_it_is_collected_has_it_or_is_told(
    classroom: Classroom, tmp_path: Path
) -> None:
    api = classroom.api
    ids = [(await upload(classroom.teacher, str(number).encode())).json()["id"] for number in range(20)]
    await collector(api).collect(walk=True)
    await pass_time(api, tmp_path, 8)
    path = f"/classes/{classroom.class_id}/files"
    collecting = asyncio.create_task(collector(api).collect(walk=True))
    answers = await asyncio.gather(*(classroom.teacher.post(path, {"file_id": each}) for each in ids))
    await collecting
    for answer in answers:
        if answer.status_code == 201:
            assert (await classroom.student.http.get(answer.json()["file"]["url"])).status_code == 200
        else:
            assert (answer.status_code, answer.json()["code"]) == (422, "file_unknown")


async def test_bytes_that_are_kept_again_while_they_are_collected_are_there(api: Api, tmp_path: Path) -> None:
    """An upload of bytes that were an orphan: kept, found to be there, and forgotten by the collector before the row."""
    student = await api.student()
    store, database = api.services.file_store, api.services.database

    async def words():
        yield b"twice"

    await upload(student, b"twice")
    async with database.transaction() as transaction:
        await transaction.session.execute(text("delete from files"))
    await pass_time(api, tmp_path, 2)
    async with store.receive(words(), max_bytes=100) as received:
        await store.keep(received)  # there already
        assert await collector(api).collect(walk=True) == Collected(0, 1)
        async with keeping(database, store, received) as transaction:
            # Nobody forgets them now.
            assert await collector(api).collect(walk=True) == Collected(0, 0)
            transaction.session.add(
                FileRow(
                    id=new_id(),
                    sha256=received.sha256,
                    size=received.size,
                    media_type="text/plain",
                    name="a",
                    uploaded_by=UUID(student.id),
                )
            )
    assert await store.has(received.sha256)


def test_every_column_that_names_bytes_is_known_to_the_collector() -> None:
    """Otherwise it would take them for orphans."""
    known = {str(column) for column in BYTES_NAMED_BY}
    named = {
        f"{mapper.class_.__name__}.{column.key}"
        for mapper in Base.registry.mappers
        for column in mapper.columns
        if column.name.endswith("sha256")
    }
    assert named == known, "list it in classroom.file_uses.BYTES_NAMED_BY"
