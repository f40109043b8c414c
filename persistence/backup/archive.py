"""The file that a backup is: a plain tar, so that `tar` and `gunzip` can look into it in twenty years.

In this order, and only in this one, because it is written and read in one go:

``backup.json``              what it is: format, release, revision of the schema, and the columns of each table
``tables/NAME/00000.gz`` …   the rows as PostgreSQL's binary COPY gives them, cut into pieces that fit into memory
``files/SHA256`` …           the bytes of files
``complete/SHA256.json``     how many rows and files; its name is the hash of everything before it and of itself

Without the last one, or when its hash is another, nothing of a backup is believed.
"""

import hashlib
import hmac
import itertools
import json
import re
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, BinaryIO, NamedTuple

from persistence.errors import PersistenceError

FORMAT = "lectern-backup"
VERSION = 1
FIRST = "backup.json"
PIECE_BYTES = 4 * 1024 * 1024
READ_BYTES = 1024 * 1024
JSON_MAX_BYTES = 64 * 1024 * 1024
BLOCK = tarfile.BLOCKSIZE
GZIP = 16 + zlib.MAX_WBITS

_ENTRY = re.compile(r"tables/(?P<table>[a-z_][a-z0-9_]*)/[0-9]{5,}\.gz|files/(?P<file>[0-9a-f]{64})")
_LAST = re.compile(r"complete/([0-9a-f]{64})\.json")


class BackupError(PersistenceError):
    """A backup cannot be made, or cannot be brought back; the message is one line for the operator."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says at its beginning.

    revision: of the schema that its rows are in; secret_key: a fingerprint of the key that the server had, if it was known.
    """

    release: str
    revision: str
    made_at: str
    postgresql: int
    tables: dict[str, list[str]]
    secret_key: str | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """What a backup says at its end: of each table the number of rows and their hash.

    Missing files were not in the store; damaged ones were not what their name says.
    """

    rows: dict[str, int]
    hashes: dict[str, str]
    files: int
    files_bytes: int
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)


def fingerprint(secret_key: str) -> str:
    """Return what tells two secret keys apart, and tells neither."""
    return hmac.digest(secret_key.encode(), FORMAT.encode(), "sha256").hex()[:16]


class Content(NamedTuple):
    """The bytes of one table or of one file, whichever is named; to be read before the next one is asked for."""

    table: str | None
    file: str | None
    size: int
    chunks: Iterator[bytes]


class ArchiveWriter:
    """Write a backup into an open file, from its beginning to its end."""

    def __init__(self, file: BinaryIO, manifest: Manifest) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.tables = manifest.tables
        self.size = 0
        self._entry(FIRST, _json({"format": FORMAT, "version": VERSION, **asdict(manifest)}))

    def table(self, name: str) -> "TableWriter":
        """Begin a table."""
        return TableWriter(self, name)

    def file(self, sha256: bytes, source: BinaryIO, *, size: int) -> bool:
        """Copy `size` bytes, and return whether they are what the hash says.

        Raises:
            BackupError: there are fewer bytes.
        """
        digest = hashlib.sha256()
        self._header(f"files/{sha256.hex()}", size)
        left = size
        while left:
            data = source.read(min(READ_BYTES, left))
            if not data:
                raise BackupError(f"The file {sha256.hex()} became shorter while it was read.")
            digest.update(data)
            self._write(data)
            left -= len(data)
        self._pad(size)
        return digest.digest() == sha256

    def piece(self, table: str, number: int, data: bytes) -> None:
        """Write a compressed piece of a table."""
        self._entry(f"tables/{table}/{number:05}.gz", data)

    def complete(self, completion: Completion) -> None:
        """Write the end, without which nothing counts."""
        data = _json(asdict(completion))
        digest = self._digest.copy()
        digest.update(data)
        self._entry(f"complete/{digest.hexdigest()}.json", data)
        self._write(bytes(2 * BLOCK))

    def _entry(self, name: str, data: bytes) -> None:
        self._header(name, len(data))
        self._write(data)
        self._pad(len(data))

    def _header(self, name: str, size: int) -> None:
        self._write(_header(name, size))

    def _pad(self, size: int) -> None:
        self._write(bytes(-size % BLOCK))

    def _write(self, data: bytes) -> None:
        self._digest.update(data)
        self.size += len(data)
        self._file.write(data)


class TableWriter:
    """Take the rows of one table as they come, and write them in compressed pieces."""

    def __init__(self, archive: ArchiveWriter, name: str) -> None:
        self._archive = archive
        self._name = name
        self._number = 0
        self._digest = hashlib.sha256()
        self._begin()

    async def __call__(self, data: bytes) -> None:
        """Take some bytes; asynchronous only because who calls it wants that."""
        self._digest.update(data)
        self._piece += self._packer.compress(data)
        if len(self._piece) >= PIECE_BYTES:
            self._end()
            self._begin()

    def close(self) -> str:
        """Write what is left, and return the hash of all of the table's bytes."""
        self._end()
        return self._digest.hexdigest()

    def _begin(self) -> None:
        self._piece = bytearray()
        self._packer = zlib.compressobj(1, zlib.DEFLATED, GZIP)

    def _end(self) -> None:
        self._piece += self._packer.flush()
        self._archive.piece(self._name, self._number, bytes(self._piece))
        self._number += 1


class ArchiveReader:
    """Read a backup from an open file, once. Every method raises BackupError about what it does not believe."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self._completion: Completion | None = None
        try:
            name, size = self._header()
            said = _object(self._json(size)) if name == FIRST else {}
        except BackupError:
            said = {}
        if said.pop("format", None) != FORMAT:
            raise BackupError("This is not a backup of Lectern.")
        if (version := said.pop("version", None)) != VERSION:
            raise BackupError(f"This backup has format {version}, which this release does not know; use a later one.")
        try:
            self.manifest = Manifest(**said)
        except TypeError:
            raise _damaged() from None

    @classmethod
    def verified(cls, file: BinaryIO) -> tuple[Manifest, Completion]:
        """Read a backup to its end, believe it or raise, and go back to its beginning."""
        reader = cls(file)
        hashes = {}
        for content in reader.contents():
            digest = hashlib.sha256()
            for chunk in content.chunks:
                digest.update(chunk)
            if content.table is not None:
                hashes[content.table] = digest.hexdigest()
        file.seek(0)
        if hashes != reader.completion.hashes or hashes.keys() != reader.manifest.tables.keys():
            raise _damaged()
        return reader.manifest, reader.completion

    @property
    def completion(self) -> Completion:
        """Return what the end says, after all contents have been read."""
        if self._completion is None:
            raise BackupError("This backup is not complete: its end is missing.")
        return self._completion

    def contents(self) -> Iterator[Content]:
        """Yield the tables and then the files, each as a whole."""
        for (table, file), parts in itertools.groupby(self._entries(), key=lambda each: each[:2]):
            if table is not None:
                yield Content(table, None, 0, self._unpacked(each[2] for each in parts))
            else:
                size = next(parts)[2]
                yield Content(None, file, size, self._body(size))

    def _unpacked(self, sizes: Iterator[int]) -> Iterator[bytes]:
        for size in sizes:
            unpacker = zlib.decompressobj(GZIP)
            try:
                for data in self._body(size):
                    yield from _decompressed(unpacker, data)
                yield unpacker.flush()
            except zlib.error:
                raise _damaged() from None
            if not unpacker.eof or unpacker.unused_data:
                raise _damaged()

    def _entries(self) -> Iterator[tuple[str | None, str | None, int]]:
        while True:
            before = self._digest.copy()
            name, size = self._header()
            if last := _LAST.fullmatch(name):
                self._finish(size, before, expected=last[1])
                return
            found = _ENTRY.fullmatch(name)
            if found is None:
                raise _damaged()
            yield found["table"], found["file"], size

    def _finish(self, size: int, before: "hashlib._Hash", *, expected: str) -> None:
        data = self._json(size)
        before.update(data)
        if before.hexdigest() != expected or self._read(2 * BLOCK).strip(b"\0") or self._file.read(1):
            raise _damaged()
        try:
            self._completion = Completion(**_object(data))
        except TypeError:
            raise _damaged() from None

    def _json(self, size: int) -> bytes:
        if size > JSON_MAX_BYTES:
            raise _damaged()
        return b"".join(self._body(size))

    def _header(self) -> tuple[str, int]:
        block = self._read(BLOCK)
        try:
            entry = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
        except (tarfile.HeaderError, UnicodeDecodeError):
            raise _damaged() from None
        # As we would write it, to the last byte: a sum of bytes does not see everything.
        if entry.size < 0 or _header(entry.name, entry.size) != block:
            raise _damaged()
        return entry.name, entry.size

    def _body(self, size: int) -> Iterator[bytes]:
        left = size
        while left:
            data = self._read(min(READ_BYTES, left))
            left -= len(data)
            yield data
        if self._read(-size % BLOCK).strip(b"\0"):
            raise _damaged()

    def _read(self, size: int) -> bytes:
        data = self._file.read(size)
        if len(data) < size:
            raise BackupError("This backup is not complete: its end is missing.")
        self._digest.update(data)
        return data


def _header(name: str, size: int) -> bytes:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry.tobuf(tarfile.GNU_FORMAT, "utf-8", "strict")


def _decompressed(unpacker: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
    # Bounded: a piece of some kilobytes may claim to be a terabyte.
    while data and not unpacker.eof:
        yield unpacker.decompress(data, READ_BYTES)
        data = unpacker.unconsumed_tail


def _damaged() -> BackupError:
    return BackupError("This backup is damaged: its content is not what was written.")


def _json(value: object) -> bytes:
    return json.dumps(value, indent=1).encode()


def _object(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except ValueError:
        raise _damaged() from None
    if not isinstance(value, dict):
        raise _damaged()
    return value
