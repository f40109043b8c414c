"""A backup is believed whole, or not at all."""

import asyncio
import gzip
import hashlib
import io
import random
import tarfile

import pytest

from persistence.backup.archive import (
    ArchiveReader,
    ArchiveWriter,
    BackupError,
    Completion,
    Manifest,
    fingerprint,
)

MANIFEST = Manifest("0.1.0", "0019", "2026-01-01T00:00:00+00:00", 18, {"users": ["id"], "files": ["id", "sha256"]})
ROWS = random.Random(1).randbytes(9 * 1024 * 1024)
FILE = b"a picture" * 100
NAME = hashlib.sha256(FILE).digest()


def backup(manifest: Manifest = MANIFEST, *, rows: bytes = ROWS, hashes: dict[str, str] | None = None) -> bytes:
    written = io.BytesIO()
    archive = ArchiveWriter(written, manifest)
    found = {}
    for name, content in (("users", rows), ("files", b"")):
        table = archive.table(name)
        for begin in range(0, len(content), 100_000):
            asyncio.run(table(content[begin : begin + 100_000]))
        found[name] = table.close()
    assert archive.file(NAME, io.BytesIO(FILE), size=len(FILE))
    archive.complete(Completion({"users": 3, "files": 0}, hashes or found, 1, len(FILE)))
    assert archive.size == len(written.getvalue())
    return written.getvalue()


SMALL = backup(rows=b"some rows")


def refusal(data: bytes) -> str:
    with pytest.raises(BackupError) as refused:
        ArchiveReader.verified(io.BytesIO(data))
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_what_was_written_is_read_in_its_order() -> None:
    file = io.BytesIO(backup())
    manifest, completion = ArchiveReader.verified(file)
    assert (manifest, completion.rows, completion.files) == (MANIFEST, {"users": 3, "files": 0}, 1)
    reader = ArchiveReader(file)
    contents = [(each.table, each.file, b"".join(each.chunks)) for each in reader.contents()]
    assert contents == [("users", None, ROWS), ("files", None, b""), (None, NAME.hex(), FILE)]
    assert reader.completion == completion


def test_tar_and_gunzip_can_read_it() -> None:
    with tarfile.open(fileobj=io.BytesIO(backup())) as tar:
        pieces = [name for name in tar.getnames() if name.startswith("tables/users/")]
        assert len(pieces) > 1, "a large table is in pieces"
        rows = b"".join(gzip.decompress(tar.extractfile(name).read()) for name in pieces)  # type: ignore[union-attr]
    assert rows == ROWS


def test_every_byte_counts() -> None:
    for place in range(len(SMALL)):
        changed = bytearray(SMALL)
        changed[place] ^= 0x10
        refusal(bytes(changed))


@pytest.mark.parametrize("length", [0, 1, 511, 512, 1000, 2048, len(SMALL) - 1024, len(SMALL) - 1])
def test_a_torn_backup_is_refused(length: int) -> None:
    assert "not a backup" in refusal(SMALL[:length]) or "not complete" in refusal(SMALL[:length])


def test_bytes_after_the_end_are_refused() -> None:
    assert "damaged" in refusal(SMALL + b"\0")


@pytest.mark.parametrize("foreign", [b"", b"\0" * 4096, b"PK\3\4" + b"x" * 4096, gzip.compress(SMALL)])
def test_what_is_no_backup_is_called_so(foreign: bytes) -> None:
    assert refusal(foreign) == "This is not a backup of Lectern."


def test_another_tar_is_no_backup() -> None:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as tar:
        entry = tarfile.TarInfo("backup.json")
        entry.size = 2
        tar.addfile(entry, io.BytesIO(b"{}"))
    assert refusal(written.getvalue()) == "This is not a backup of Lectern."


def test_a_later_format_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("persistence.backup.archive.VERSION", 2)
    later = backup(rows=b"")
    monkeypatch.undo()
    assert "format 2" in refusal(later)


def test_rows_that_are_not_those_of_the_end_are_refused() -> None:
    assert "damaged" in refusal(backup(rows=b"x", hashes={"users": "0" * 64, "files": "0" * 64}))


def test_a_table_that_is_missing_is_refused() -> None:
    manifest = Manifest("0.1.0", "0019", "", 18, {"users": [], "files": [], "grades": []})
    assert "damaged" in refusal(backup(manifest, rows=b"x"))


def test_a_piece_that_claims_to_be_huge_is_read_in_small_parts() -> None:
    huge = backup(rows=bytes(200_000_000))
    assert len(huge) < 2_000_000
    largest = max(
        (len(chunk) for content in ArchiveReader(io.BytesIO(huge)).contents() for chunk in content.chunks), default=0
    )
    assert largest <= 1024 * 1024


def test_a_file_that_is_not_what_its_name_says_is_told() -> None:
    archive = ArchiveWriter(io.BytesIO(), MANIFEST)
    assert not archive.file(NAME, io.BytesIO(b"something else"), size=14)
    with pytest.raises(BackupError, match="shorter"):
        archive.file(NAME, io.BytesIO(b"some"), size=14)


def test_a_fingerprint_tells_keys_apart() -> None:
    assert fingerprint("a" * 40) == fingerprint("a" * 40) != fingerprint("b" * 40)
