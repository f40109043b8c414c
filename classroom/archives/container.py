"""The file that a class travels in: a ZIP that any program can look into.

``manifest.json``                  what it is, and the size and hash of every other entry
``course.json``, ``lessons.json`` …  each part of the class, in plain fields
``documents/ID.yjs`` and ``.json``   each live document as a Yjs update (v1), and the same for people to read
``slides/ID.json``                 the pages of a deck's PDFs
``files/SHA256``                   the bytes of files, as they are

Who reads one believes nothing: names are those above or it is refused, nothing is ever unpacked to a path, and no more is read than
was declared, which is bounded.
"""

import hashlib
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO

from classroom.archives.errors import ArchiveDamaged, ArchiveError
from classroom.archives.manifest import ENTRIES_MAX, FIRST, NAME, Entry, Manifest, read_manifest, written_manifest

READ_BYTES = 1024 * 1024
PART_MAX_BYTES = 64 * 1024 * 1024
"""Of one JSON that is read whole."""
READABLE_MAX_BYTES = 512 * 1024 * 1024
"""Of a document as JSON, which is only looked through."""
PACKED_MAX_BYTES = 4 * 1024**3
"""Of everything that is packed, unpacked; files are not."""

_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_CENTRAL_MAX_BYTES = ENTRIES_MAX * 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How many bytes a document, a file, and all files together may have."""

    document_bytes: int
    file_bytes: int
    files_bytes: int


@dataclass(slots=True)
class ArchiveWriter:
    """Write an archive into an open file; `complete` comes last."""

    file: BinaryIO
    entries: dict[str, Entry] = field(default_factory=dict)
    _zip: zipfile.ZipFile = field(init=False)

    def __post_init__(self) -> None:
        """Begin."""
        self._zip = zipfile.ZipFile(self.file, "w", allowZip64=True)

    def put(self, name: str, data: bytes) -> None:
        """Write an entry that is packed."""
        info = zipfile.ZipInfo(name)
        self._zip.writestr(info, data, compress_type=zipfile.ZIP_DEFLATED)
        self.entries[name] = Entry(bytes=len(data), sha256=hashlib.sha256(data).hexdigest())

    def copy(self, sha256: bytes, source: BinaryIO, *, size: int) -> None:
        """Write the bytes of a file, which are known to be what their hash says."""
        name = f"files/{sha256.hex()}"
        info = zipfile.ZipInfo(name)
        info.file_size = size
        with self._zip.open(info, "w", force_zip64=size >= zipfile.ZIP64_LIMIT) as entry:
            while data := source.read(READ_BYTES):
                entry.write(data)
        self.entries[name] = Entry(bytes=size, sha256=sha256.hex())

    def complete(self, manifest: Manifest) -> None:
        """Write what the archive is, and its end."""
        self._zip.writestr(zipfile.ZipInfo(FIRST), written_manifest(manifest), compress_type=zipfile.ZIP_DEFLATED)
        self.close()

    def close(self) -> None:
        """Let go of the file, whether it is complete or not; while that is open, because otherwise Python complains later."""
        self._zip.close()


class ArchiveReader:
    """Read an archive from an open file. Every method raises ArchiveError about what it does not believe."""

    def __init__(self, file: BinaryIO, bounds: Bounds) -> None:
        self._bounds = bounds
        _check_end(file)
        with _damage_told():
            self._zip = zipfile.ZipFile(file)
        infos = self._zip.infolist()
        self._infos = {info.filename: info for info in infos}
        if len(self._infos) < len(infos):
            raise ArchiveDamaged("an entry comes twice")
        for info in infos:
            self._check(info)
        if FIRST not in self._infos:
            raise ArchiveError("This is not an archive of a class.")
        self.manifest = read_manifest(b"".join(self._unpacked(FIRST)))
        declared = {name: info.file_size for name, info in self._infos.items() if name != FIRST}
        if declared != {name: entry.bytes for name, entry in self.manifest.entries.items()}:
            raise ArchiveDamaged("its entries are not those that it names")
        self._check_sums()

    def names(self, folder: str) -> list[str]:
        """Return the names of the entries in a folder, in order."""
        return sorted(name for name in self.manifest.entries if name.startswith(f"{folder}/"))

    def verify(self) -> Iterator[str]:
        """Read all entries to their end, yielding the name of each when it was what it should be."""
        for name in self.manifest.entries:
            for _ in self.chunks(name):
                pass
            yield name

    def read(self, name: str) -> bytes:
        """Return an entry that is small enough for memory."""
        return b"".join(self.chunks(name))

    def size(self, name: str) -> int:
        """Return how many bytes an entry has."""
        return self._entry(name).bytes

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield an entry piece by piece; at its end it was what its hash says, or ArchiveDamaged is raised."""
        expected = self._entry(name).sha256
        digest = hashlib.sha256()
        for data in self._unpacked(name):
            digest.update(data)
            yield data
        if digest.hexdigest() != expected:
            raise ArchiveDamaged(f"{name} is not what was written")

    def _entry(self, name: str) -> Entry:
        found = self.manifest.entries.get(name)
        if found is None:
            raise ArchiveDamaged(f"{name} is missing")
        return found

    def _check(self, info: zipfile.ZipInfo) -> None:
        found = NAME.fullmatch(info.filename)
        if found is None or info.orig_filename != info.filename:
            raise ArchiveDamaged("it has an entry that no archive has")
        if found["file"]:
            fits = info.compress_type == zipfile.ZIP_STORED and info.file_size == info.compress_size
            most = self._bounds.file_bytes
        else:
            fits = info.compress_type in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED)
            most = PART_MAX_BYTES
            if found["document"]:
                most = self._bounds.document_bytes if info.filename.endswith(".yjs") else READABLE_MAX_BYTES
        if not fits or info.flag_bits & 0x1:
            raise ArchiveDamaged(f"{info.filename} is packed in a way that is not read")
        if info.file_size > most:
            raise ArchiveError(f"This archive is too large: {info.filename} has more than {most} bytes.")

    def _check_sums(self) -> None:
        files = sum(info.file_size for name, info in self._infos.items() if name.startswith("files/"))
        if files > self._bounds.files_bytes:
            raise ArchiveError(f"This archive is too large: its files have more than {self._bounds.files_bytes} bytes.")
        if sum(info.file_size for info in self._infos.values()) - files > PACKED_MAX_BYTES:
            raise ArchiveError(f"This archive is too large: its documents have more than {PACKED_MAX_BYTES} bytes.")

    def _unpacked(self, name: str) -> Iterator[bytes]:
        left = self._infos[name].file_size
        with _damage_told():
            entry = self._zip.open(name)
        with entry:
            while True:
                with _damage_told():
                    data = entry.read(READ_BYTES)
                if not data:
                    break
                # More than it says is never read of it; then its sum is wrong.
                left -= len(data)
                yield data
        if left:
            raise ArchiveDamaged(f"{name} is shorter than it says")


def _check_end(file: BinaryIO) -> None:
    """See that a ZIP ends here, and that its list of entries fits into memory, before anybody reads that."""
    size = file.seek(0, os.SEEK_END)
    tail_size = min(size, _END_64.size + _LOCATOR.size + _END.size)
    file.seek(size - tail_size)
    tail = file.read(tail_size)
    if len(tail) < _END.size or not tail[-_END.size :].startswith(b"PK\5\6"):
        beginning = b"" if size == 0 else _beginning(file)
        if beginning == b"PK\3\4":
            raise ArchiveError("This archive is not complete: its end is missing.")
        raise ArchiveError("This is not an archive of a class.")
    *_, entries, central, _, _ = _END.unpack(tail[-_END.size :])
    before = tail[: -_END.size]
    if before[-_LOCATOR.size :].startswith(b"PK\6\7"):
        _, _, place, _ = _LOCATOR.unpack(before[-_LOCATOR.size :])
        if len(before) < _LOCATOR.size + _END_64.size or place != size - tail_size:
            raise ArchiveDamaged
        magic, *_, entries, central, _ = _END_64.unpack(before[: _END_64.size])
        if magic != b"PK\6\6":
            raise ArchiveDamaged
    if entries > ENTRIES_MAX or central > _CENTRAL_MAX_BYTES:
        raise ArchiveError(f"This archive is too large: it has more than {ENTRIES_MAX} entries.")


def _beginning(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(4)


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        OverflowError,
        IndexError,
    ) as error:
        raise ArchiveDamaged from error
