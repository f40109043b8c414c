"""What every store of files does: a folder, and a real server that speaks S3."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from persistence.disk_files import DiskFiles
from persistence.errors import FileMissing, FilesAway, FileTooLarge, StorageFull
from persistence.file_store import READ_BYTES, FileStore
from persistence.ids import new_id
from persistence.s3_files import S3Files
from tests.s3_server import S3Server, door, s3_server

SMALL = b"some bytes"
LARGE = hashlib.sha256(b"seed").digest() * (11 * 1024 * 1024 // 32) + b"end"
"""More than two parts of an upload in parts."""
ALL = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server


@pytest.fixture(params=["disk", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    made: FileStore
    if request.param == "disk":
        made = DiskFiles(tmp_path / "files")
    else:
        server: S3Server = request.getfixturevalue("s3")
        made = S3Files(server.place(prefix=str(new_id())), directory=tmp_path / "files")
    made.prepare()
    return made


async def pieces(content: bytes, size: int = 100_000) -> AsyncIterator[bytes]:
    for begin in range(0, len(content), size):
        yield content[begin : begin + size]


async def keep(store: FileStore, content: bytes) -> bytes:
    async with store.receive(pieces(content), max_bytes=len(content)) as received:
        await store.keep(received)
    return received.sha256


async def read(store: FileStore, sha256: bytes, *, start: int = 0, stop: int | None = None) -> bytes:
    return b"".join([piece async for piece in store.read(sha256, start=start, stop=stop)])


async def kept(store: FileStore, *, before: datetime = ALL) -> list[bytes]:
    return sorted([sha256 async for some in store.kept(before=before) for sha256 in some])


def arriving(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "files" / "incoming").iterdir())


@pytest.mark.parametrize("content", [SMALL, LARGE])
async def test_what_is_kept_comes_back_and_is_named_by_its_hash(
    store: FileStore, content: bytes, tmp_path: Path
) -> None:
    sha256 = await keep(store, content)
    assert sha256 == hashlib.sha256(content).digest()
    assert await store.has(sha256)
    assert await read(store, sha256) == content
    assert arriving(tmp_path) == []


async def test_a_large_file_is_read_in_pieces(store: FileStore) -> None:
    sha256 = await keep(store, LARGE)
    sizes = [len(piece) async for piece in store.read(sha256)]
    assert sum(sizes) == len(LARGE)
    assert max(sizes) <= 4 * READ_BYTES


@pytest.mark.parametrize(("start", "stop"), [(0, 1), (3, 7), (9, 10), (4, None), (0, 10), (5, 5), (0, None)])
async def test_any_part_can_be_read(store: FileStore, start: int, stop: int | None) -> None:
    sha256 = await keep(store, SMALL)
    assert await read(store, sha256, start=start, stop=stop) == SMALL[start:stop]


async def test_equal_bytes_are_kept_once_also_when_they_come_at_once(store: FileStore) -> None:
    hashes = await asyncio.gather(*(keep(store, SMALL) for _ in range(8)))
    assert await kept(store) == [hashes[0]]


async def test_bytes_may_be_kept_again_after_somebody_has_forgotten_them(store: FileStore) -> None:
    async with store.receive(pieces(SMALL), max_bytes=100) as received:
        await store.keep(received)
        await store.forget(received.sha256)
        assert not await store.has(received.sha256)
        await store.keep(received)
    assert await read(store, received.sha256) == SMALL


async def test_what_is_forgotten_is_gone_and_may_be_forgotten_again(store: FileStore) -> None:
    sha256, other = await keep(store, SMALL), await keep(store, LARGE)
    for _ in range(2):
        await store.forget(sha256)
    assert not await store.has(sha256)
    assert await kept(store) == [other]
    with pytest.raises(FileMissing):
        await read(store, sha256)
    with pytest.raises(FileMissing):
        async with store.lend(sha256):
            pass


async def test_a_kept_file_is_lent_as_a_file(store: FileStore, tmp_path: Path) -> None:
    sha256 = await keep(store, LARGE)
    async with store.lend(sha256) as path:
        assert path.read_bytes() == LARGE
    assert arriving(tmp_path) == []
    assert await read(store, sha256) == LARGE


async def test_only_what_is_older_than_a_moment_is_told_of(store: FileStore) -> None:
    sha256 = await keep(store, SMALL)
    assert await kept(store, before=datetime.now(UTC) - timedelta(hours=1)) == []
    assert await kept(store) == [sha256]


async def test_what_is_too_large_is_cut_off(store: FileStore, tmp_path: Path) -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += 1000
            yield bytes(1000)

    with pytest.raises(FileTooLarge):
        async with store.receive(endless(), max_bytes=5000):
            pass
    assert taken == 6000
    assert arriving(tmp_path) == []


async def test_an_upload_that_ends_early_leaves_nothing(store: FileStore, tmp_path: Path) -> None:
    async def cut() -> AsyncIterator[bytes]:
        yield LARGE[:400_000]
        raise ConnectionError

    with pytest.raises(ConnectionError):
        async with store.receive(cut(), max_bytes=len(LARGE)):
            pass
    assert arriving(tmp_path) == []
    assert await kept(store) == []


async def test_what_was_not_kept_is_gone(store: FileStore, tmp_path: Path) -> None:
    async with store.receive(pieces(SMALL), max_bytes=100) as received:
        assert received.size == len(SMALL)
    assert arriving(tmp_path) == []
    assert not await store.has(received.sha256)


async def test_a_store_that_can_be_reached_says_so(store: FileStore) -> None:
    await store.check()


async def test_a_full_disk_is_told_as_such(store: FileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StorageFull):
        await keep(store, SMALL)
    assert arriving(tmp_path) == []


async def test_other_peoples_files_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    store = DiskFiles(tmp_path / "files")
    store.prepare()
    for name in ("aa/bb/readme.txt", f"aa/bb/{'cc' * 32}", "aa/notes", f"{'aa' * 32}"):
        path = tmp_path / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    assert await kept(store) == []


async def test_a_folder_that_is_gone_is_not_ready(tmp_path: Path) -> None:
    with pytest.raises(FilesAway):
        await DiskFiles(tmp_path / "nowhere").check()


async def test_a_server_that_goes_away_in_the_middle_leaves_nothing_and_can_be_tried_again(
    s3: S3Server, tmp_path: Path
) -> None:
    async with door(s3.port) as before:
        store = S3Files(s3.place(port=before.port, prefix=str(new_id())), directory=tmp_path, silence_seconds=2)
        store.prepare()
        async with store.receive(pieces(LARGE), max_bytes=len(LARGE)) as received:
            before.bytes_left = 7 * 1024 * 1024
            with pytest.raises(FilesAway):
                await store.keep(received)
            before.bytes_left = 1 << 40
            assert not await store.has(received.sha256)
            await store.keep(received)
        assert await read(store, received.sha256) == LARGE


async def test_a_server_that_goes_away_while_a_file_is_read_is_told(s3: S3Server, tmp_path: Path) -> None:
    async with door(s3.port) as before:
        store = S3Files(s3.place(port=before.port, prefix=str(new_id())), directory=tmp_path, silence_seconds=0.5)
        store.prepare()
        sha256 = await keep(store, LARGE)
        before.silent = True
        with pytest.raises(FilesAway):
            await read(store, sha256)
        with pytest.raises(FilesAway):
            await store.has(sha256)
        with pytest.raises(FilesAway):
            await store.check()


async def test_a_server_that_does_not_know_us_is_told_as_away(s3: S3Server, tmp_path: Path) -> None:
    store = S3Files(s3.place(), directory=tmp_path)
    store.prepare()
    async with store.receive(pieces(SMALL), max_bytes=100) as received:
        with s3.locked():
            for attempt in (store.check(), store.keep(received), store.has(received.sha256), read(store, b"1" * 32)):
                with pytest.raises(FilesAway):
                    await attempt


async def test_a_bucket_that_is_not_there_is_told_as_away(s3: S3Server, tmp_path: Path) -> None:
    store = S3Files(s3.place(bucket="elsewhere"), directory=tmp_path)
    store.prepare()
    with pytest.raises(FilesAway):
        await store.check()
    with pytest.raises(FilesAway):
        await keep(store, SMALL)


async def test_no_secret_is_shown(s3: S3Server) -> None:
    assert "a secret" not in repr(s3.place())
