"""The file that a class travels in: what is written is read, and nothing else is believed."""

import hashlib
import struct
import zipfile
from collections.abc import Callable
from io import BytesIO
from random import Random
from typing import Any
from uuid import UUID

import pytest

from classroom.archives import container
from classroom.archives.container import ArchiveReader, ArchiveWriter, Bounds
from classroom.archives.errors import ArchiveError
from classroom.archives.manifest import ClassNamed, Entry, Manifest, written_manifest

BOUNDS = Bounds(document_bytes=100_000, file_bytes=2_000_000, files_bytes=3_000_000)
DOCUMENT = f"documents/{UUID(int=5)}"
FILM = Random(1).randbytes(1_500_000)
FILM_NAME = f"files/{hashlib.sha256(FILM).hexdigest()}"
PARTS = {
    "lessons.json": b'{"items": []}',
    f"{DOCUMENT}.yjs": b"\x00\x00",
    f"{DOCUMENT}.json": b"{}" * 1000,
    f"slides/{UUID(int=5)}.json": b'{"pages": []}',
}


def manifest(entries: dict[str, Entry]) -> Manifest:
    return Manifest(
        release="1.0",
        made_at="2026-11-29T05:00:00+00:00",
        class_=ClassNamed(id=UUID(int=1), title="Science 7b"),
        contents={},
        left_out=[],
        missing=[],
        entries=entries,
    )


def an_archive() -> bytes:
    file = BytesIO()
    writer = ArchiveWriter(file)
    for name, data in PARTS.items():
        writer.put(name, data)
    writer.copy(hashlib.sha256(FILM).digest(), BytesIO(FILM), size=len(FILM))
    writer.complete(manifest(writer.entries))
    return file.getvalue()


def read_all(data: bytes, bounds: Bounds = BOUNDS) -> ArchiveReader:
    archive = ArchiveReader(BytesIO(data), bounds)
    assert set(archive.verify()) == archive.manifest.entries.keys()
    return archive


def refused(data: bytes, bounds: Bounds = BOUNDS) -> str:
    with pytest.raises(ArchiveError) as refusal:
        read_all(data, bounds)
    assert "\n" not in str(refusal.value)
    return str(refusal.value)


def packed(
    entries: dict[str, bytes],
    *,
    named: dict[str, bytes] | None = None,
    change: Callable[[zipfile.ZipFile], None] = lambda _: None,
    store: bool = False,
) -> bytes:
    """Return an archive with these entries, of which its manifest says what `named` has."""
    file = BytesIO()
    said = entries if named is None else named
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in entries.items():
            kind = zipfile.ZIP_STORED if store or name.startswith("files/") else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name), data, compress_type=kind)
        entry = {name: Entry(bytes=len(data), sha256=hashlib.sha256(data).hexdigest()) for name, data in said.items()}
        # Of names that no archive has, nothing can be said.
        archive.writestr("manifest.json", written_manifest(manifest(entry)))
        change(archive)
    return file.getvalue()


def test_what_is_written_is_read_and_any_program_can_look_into_it() -> None:
    data = an_archive()
    archive = read_all(data)
    for name, content in (*PARTS.items(), (FILM_NAME, FILM)):
        assert archive.read(name) == content
        assert archive.size(name) == len(content)
    assert archive.names("documents") == [f"{DOCUMENT}.json", f"{DOCUMENT}.yjs"]
    assert zipfile.ZipFile(BytesIO(data)).testzip() is None
    with pytest.raises(ArchiveError, match=r"course\.json is missing"):
        archive.read("course.json")


def test_an_archive_with_more_than_four_gigabytes_is_found_by_its_longer_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 1000)
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 3)
    data = an_archive()
    assert b"PK\6\6" in data[-200:]
    read_all(data)
    end = data.rindex(b"PK\6\6")
    locator = data.rindex(b"PK\6\7")
    assert "damaged" in refused(data[:end] + b"PK\6\5" + data[end + 4 :])
    # Told to look elsewhere for its end.
    assert "damaged" in refused(data[: locator + 8] + b"\1" + data[locator + 9 :])
    assert "damaged" in refused(data[locator:])
    many = data[: end + 32] + struct.pack("<Q", 10**9) + data[end + 40 :]
    assert "more than 100000 entries" in refused(many)


def test_what_is_no_archive_is_said_to_be_none() -> None:
    for data in (b"", b"no zip", b"x" * 100_000, packed_without_manifest()):
        assert refused(data) == "This is not an archive of a class."


def packed_without_manifest() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("lessons.json", "{}")
    return file.getvalue()


@pytest.mark.parametrize("share", [0.01, 0.5, 0.9, 0.999])
def test_an_archive_that_is_cut_off_is_not_complete(share: float) -> None:
    data = an_archive()
    assert refused(data[: int(len(data) * share)]) == "This archive is not complete: its end is missing."


@pytest.mark.parametrize(
    "name", ["../lessons.json", "/etc/passwd", "documents/../x.json", "a/b/c", "documents\\x.json", "files/", "con.exe"]
)
def test_a_name_that_no_archive_has_is_refused(name: str) -> None:
    assert "no archive has" in refused(packed({name: b"x"}, named={}))


def test_a_name_with_an_end_inside_is_refused() -> None:
    data = packed({"lessons.json": b"{}", "course_.json": b"{}"}, named={})
    assert "damaged" in refused(data.replace(b"course_.json", b"course.json\0"))


def test_an_entry_that_comes_twice_is_refused() -> None:
    data = packed({"course_a.json": b"{}", "course_b.json": b"{}"})
    assert "comes twice" in refused(data.replace(b"course_b", b"course_a"))


def test_entries_are_exactly_those_that_the_manifest_names() -> None:
    one, two = {"course.json": b"{}"}, {"course.json": b"{}", "lessons.json": b"{}"}
    for there, named in ((one, two), (two, one), (one, {"course.json": b"{} "})):
        assert "not those that it names" in refused(packed(there, named=named))


def test_content_that_is_not_what_its_hash_says_is_refused() -> None:
    assert "course.json is not what was written" in refused(
        packed({"course.json": b"{1}"}, named={"course.json": b"{2}"})
    )


def test_files_are_not_packed_and_nothing_is_locked_or_packed_in_other_ways() -> None:
    def packed_file(archive: zipfile.ZipFile) -> None:
        archive.writestr(zipfile.ZipInfo(f"files/{'0' * 64}"), b"0" * 1000, compress_type=zipfile.ZIP_DEFLATED)

    def other_way(archive: zipfile.ZipFile) -> None:
        archive.writestr(zipfile.ZipInfo("lessons.json"), b"0" * 1000, compress_type=zipfile.ZIP_BZIP2)

    def locked(archive: zipfile.ZipFile) -> None:
        archive.writestr(zipfile.ZipInfo("lessons.json"), b"0" * 1000)
        archive.getinfo("lessons.json").flag_bits |= 1

    for change in (packed_file, other_way, locked):
        assert "packed in a way that is not read" in refused(packed({}, change=change))


def test_what_is_larger_than_may_be_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    cases: list[tuple[dict[str, bytes], str]] = [
        ({f"{DOCUMENT}.yjs": bytes(100_001)}, ".yjs has more than 100000 bytes"),
        ({f"files/{'0' * 64}": bytes(2_000_001)}, "has more than 2000000 bytes"),
        ({f"files/{each * 64}": bytes(1_600_000) for each in "01"}, "its files have more than 3000000 bytes"),
    ]
    for entries, reason in cases:
        assert reason in refused(packed(entries))
    monkeypatch.setattr(container, "PART_MAX_BYTES", 2000)
    assert "lessons.json has more than 2000 bytes" in refused(packed({"lessons.json": bytes(2001)}))
    monkeypatch.setattr(container, "PART_MAX_BYTES", 10_000)
    monkeypatch.setattr(container, "READABLE_MAX_BYTES", 5000)
    assert ".json has more than 5000 bytes" in refused(packed({f"{DOCUMENT}.json": bytes(5001)}))
    monkeypatch.setattr(container, "PACKED_MAX_BYTES", 3000)
    assert "its documents have more than 3000 bytes" in refused(packed({"lessons.json": bytes(4000)}))
    monkeypatch.setattr(container, "ENTRIES_MAX", 1)
    assert "more than 1 entries" in refused(packed({"lessons.json": b"{}"}))


def test_an_entry_that_unpacks_to_more_or_less_than_it_says_is_refused() -> None:
    """A bomb says that it is small."""
    for says, real in ((10, 5000), (5000, 10)):
        content = bytes(real)
        data = bytearray(packed({"lessons.json": content}, named={"lessons.json": bytes(says)}))
        central = data.index(b"PK\1\2")
        data[central + 24 : central + 28] = says.to_bytes(4, "little")
        assert "damaged" in refused(bytes(data))


def test_whatever_bits_and_bytes_are_changed_the_content_is_what_was_written_or_it_is_refused() -> None:
    data = an_archive()
    rng = Random(7)
    places = [*range(40), *(rng.randrange(len(data)) for _ in range(200)), *range(len(data) - 700, len(data))]
    outcomes = set()
    for place in places:
        bad = bytearray(data)
        bad[place] = rng.randrange(256)
        outcomes.add(outcome(bytes(bad)))
    for _ in range(200):
        start = rng.randrange(len(data) - 2000, len(data))
        bad = bytearray(data)
        bad[start : start + rng.randrange(1, 50)] = rng.randbytes(rng.randrange(50))
        outcomes.add(outcome(bytes(bad)))
    assert outcomes == {"refused", "as it was"}


def outcome(data: bytes) -> str:
    try:
        archive = ArchiveReader(BytesIO(data), BOUNDS)
        found: dict[str, Any] = {name: archive.read(name) for name in archive.manifest.entries}
    except ArchiveError as error:
        return "refused" if "\n" not in str(error) else str(error)
    assert found == {**PARTS, FILM_NAME: FILM}
    return "as it was"
