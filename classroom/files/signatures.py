"""Tell what bytes are by how they begin and end, as browsers and `file` do. Pure.

Whatever can run in a page is never shown, only downloaded, so a wrong guess among documents costs an icon and nothing else. The
name decides only between types whose bytes do not differ.
"""

from collections.abc import Mapping

HEAD_BYTES = 64 * 1024
TAIL_BYTES = 64 * 1024
UNKNOWN = "application/octet-stream"
TEXT = "text/plain"
HTML = "text/html"
XML = "application/xml"
SVG = "image/svg+xml"
PDF = "application/pdf"

IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""What every browser shows, and what is looked into before it is kept."""
_PLAYED = ("audio/", "video/")

_OFFICE_XML = "application/vnd.openxmlformats-officedocument."
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."

_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"8BPS", "image/vnd.adobe.photoshop"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
    (b"MThd", "audio/midi"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"{\\rtf", "application/rtf"),
    (b"SQLite format 3\x00", "application/vnd.sqlite3"),
)
_RIFF: Mapping[bytes, str] = {b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo", b"WEBP": "image/webp"}
_BRANDS: Mapping[bytes, str] = {
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heic",
    b"avif": "image/avif",
    b"qt  ": "video/quicktime",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"3gp4": "video/3gpp",
    b"3gp5": "video/3gpp",
}
_OFFICE_PARTS: tuple[tuple[bytes, str], ...] = (
    (b"word/document.xml", f"{_OFFICE_XML}wordprocessingml.document"),
    (b"xl/workbook.xml", f"{_OFFICE_XML}spreadsheetml.sheet"),
    (b"ppt/presentation.xml", f"{_OFFICE_XML}presentationml.presentation"),
)
# Formats that say what they are in the first entry of their archive, which is not compressed.
_SAID_FIRST = (
    f"{_OPEN_DOCUMENT}text",
    f"{_OPEN_DOCUMENT}spreadsheet",
    f"{_OPEN_DOCUMENT}presentation",
    f"{_OPEN_DOCUMENT}graphics",
    "application/epub+zip",
)
_OLD_OFFICE: Mapping[str, str] = {
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
}
_TEXTS: Mapping[str, str] = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "md": "text/markdown",
    "json": "application/json",
    "ics": "text/calendar",
    "tex": "text/x-tex",
}
_PROGRAMS = (
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
)
_PAGE_BEGINNINGS = (b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<iframe", b"<style", b"<!--")
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\r\f\x1b")


def type_of(head: bytes, tail: bytes, *, name: str) -> str:
    """Return the media type of a file by its first and last bytes; where these leave a choice, by its name's ending.

    For what looks like a picture it is a guess: only looking into it tells.
    """
    return _marked(head, tail, name) or _binary(head) or (_text(head, name) if _is_text(head) else UNKNOWN)


def is_program(head: bytes) -> bool:
    """Tell whether a file is one that a computer would run by itself."""
    return head.startswith(_PROGRAMS) or (head.startswith(b"MZ") and not _is_text(head))


def is_markup(head: bytes) -> bool:
    """Tell whether a file begins as HTML, XML and drawings do."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def is_shown(media_type: str) -> bool:
    """Tell whether browsers may show a file where it is; everything else is downloaded."""
    return media_type in IMAGES or media_type == SVG or media_type.startswith(_PLAYED)


def _marked(head: bytes, tail: bytes, name: str) -> str | None:
    for beginning, media_type in _BEGINNINGS:
        if head.startswith(beginning):
            return media_type
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _archive(head, tail)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _OLD_OFFICE.get(_ending(name), "application/x-ole-storage")
    # As readers of PDF do: some programs write a line of their own before it.
    return PDF if b"%PDF-" in head[:1024] else None


def _archive(head: bytes, tail: bytes) -> str:
    # The header of an archive's first entry: 30 bytes, then its name, then its bytes.
    for media_type in _SAID_FIRST:
        if head[30:].startswith(b"mimetype" + media_type.encode()):
            return media_type
    # Names stand in clear at the front of each entry, and all together at the archive's end.
    names = head + tail
    if b"[Content_Types].xml" in names:
        for part, media_type in _OFFICE_PARTS:
            if part in names:
                return media_type
    return "application/zip"


def _binary(head: bytes) -> str | None:
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12])
    if head.startswith(b"OggS"):
        return "video/ogg" if b"theora" in head[:200] else "audio/ogg"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "video/webm" if b"webm" in head[:64] else "video/x-matroska"
    if head[257:262] == b"ustar":
        return "application/x-tar"
    if head.startswith(b"BM") and head[6:10] == bytes(4):
        return "image/bmp"
    return _sounding(head)


def _sounding(head: bytes) -> str | None:
    """Return the type of sound without any header: frames that begin with eleven set bits (ISO 11172-3, ISO 13818-7)."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0 or head.startswith(b"\xff\xfe"):
        return None
    layer = head[1] >> 1 & 3
    if layer == 0:
        return "audio/aac" if head[1] & 0xF0 == 0xF0 else None
    return "audio/mpeg" if head[2] >> 4 != 0xF and head[1] >> 3 & 3 != 1 else None


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return not _CONTROLS.intersection(head)


def _text(head: bytes, name: str) -> str:
    if is_markup(head):
        beginning = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1024].lower()
        if b"<svg" in beginning:
            return SVG
        return XML if beginning.startswith(b"<?xml") and b"<html" not in beginning else _page(beginning)
    return _TEXTS.get(_ending(name), TEXT)


def _page(beginning: bytes) -> str:
    return HTML if beginning.startswith(_PAGE_BEGINNINGS) or b"<html" in beginning else TEXT


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower()
