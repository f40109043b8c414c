"""What bytes are, by how they begin and end."""

import io
import wave
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom.files.signatures import HEAD_BYTES, TAIL_BYTES, is_markup, is_program, is_shown, type_of


def kind(content: bytes, name: str = "") -> str:
    return type_of(content[:HEAD_BYTES], content[-TAIL_BYTES:], name=name)


def archive(*parts: str, first: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        if first:
            file.writestr("mimetype", first)
        for part in parts:
            file.writestr(part, "x" * 200_000)
    return out.getvalue()


def sound() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 1, 8000, 100, "NONE", ""))
        file.writeframes(bytes(100))
    return out.getvalue()


OFFICE = "application/vnd.openxmlformats-officedocument."
OPEN = "application/vnd.oasis.opendocument."
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)


@pytest.mark.parametrize(
    ("content", "name", "found"),
    [
        (b"%PDF-1.4\n", "", "application/pdf"),
        (b"@PJL junk of a scanner\r\n%PDF-1.4\n\0", "", "application/pdf"),
        (archive("[Content_Types].xml", "word/document.xml"), "a.zip", OFFICE + "wordprocessingml.document"),
        (archive("[Content_Types].xml", "docProps/app.xml", "xl/workbook.xml"), "", OFFICE + "spreadsheetml.sheet"),
        (archive("ppt/presentation.xml", "[Content_Types].xml"), "", OFFICE + "presentationml.presentation"),
        (archive("[Content_Types].xml", "other/part.xml"), "a.docx", "application/zip"),
        (archive("word/document.xml"), "a.docx", "application/zip"),
        (archive("content.xml", first=OPEN + "text"), "", OPEN + "text"),
        (archive("content.xml", first=OPEN + "spreadsheet"), "", OPEN + "spreadsheet"),
        (archive("c.xml", first="application/epub+zip"), "", "application/epub+zip"),
        (archive("c.xml", first="text/html"), "", "application/zip"),
        (archive(), "", "application/zip"),
        (OLD, "Brief.DOC", "application/msword"),
        (OLD, "a.xls", "application/vnd.ms-excel"),
        (OLD, "a", "application/x-ole-storage"),
        (b"{\\rtf1\\ansi}", "", "application/rtf"),
        (b"\x1f\x8b\x08", "", "application/gzip"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "", "application/x-7z-compressed"),
        (b"Rar!\x1a\x07\x01\x00", "", "application/vnd.rar"),
        (b"a.txt".ljust(257, b"\0") + b"ustar\0", "", "application/x-tar"),
        (b"\0\0\0\x18ftypisom", "", "video/mp4"),
        (b"\0\0\0\x18ftypqt  ", "", "video/quicktime"),
        (b"\0\0\0\x18ftypM4A ", "", "audio/mp4"),
        (b"\0\0\0\x18ftypheic", "", "image/heic"),
        (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm", "", "video/webm"),
        (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\x82\x88matroska", "", "video/x-matroska"),
        (b"OggS" + bytes(24) + b"\x01vorbis", "", "audio/ogg"),
        (b"OggS" + bytes(24) + b"\x80theora", "", "video/ogg"),
        (sound(), "", "audio/wav"),
        (b"RIFF\0\0\0\0AVI LIST\0", "", "video/x-msvideo"),
        (b"RIFF\0\0\0\0ABCD", "", "application/octet-stream"),
        (b"ID3\x04\0", "", "audio/mpeg"),
        (b"\xff\xfb\x90\x64", "", "audio/mpeg"),
        (b"\xff\xfb\xf0\x64\0", "", "application/octet-stream"),
        (b"\xff\xeb\x90\x64\0", "", "application/octet-stream"),
        (b"\xff\xf1\x50\x80", "", "audio/aac"),
        (b"\xff\xe1\x50\x80\0", "", "application/octet-stream"),
        (b"BM\x46\0\0\0\0\0\0\0", "", "image/bmp"),
        (b"\x89PNG\r\n\x1a\n", "", "image/png"),
        (b"RIFF\0\0\0\0WEBP", "", "image/webp"),
        (b"hello", "a.txt", "text/plain"),
        (b"BMW, Audi", "", "text/plain"),
        (b"", "", "text/plain"),
        (b"a;b\n", "marks.CSV", "text/csv"),
        (b"# Title", "readme.md", "text/markdown"),
        (b"{}", "a.json", "application/json"),
        ("Größe".encode("cp1252"), "a.csv", "text/csv"),
        ("Größe".encode("utf-16"), "a.txt", "text/plain"),
        (b"\xef\xbb\xbf  <!DOCTYPE html><p>", "a.txt", "text/html"),
        (b"<script>alert(1)</script>", "a.png", "text/html"),
        (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'>", "", "text/html"),
        (b"<?xml version='1.0'?><note/>", "", "application/xml"),
        (b"<!-- made by hand --><svg xmlns='x'>", "", "image/svg+xml"),
        (b"<3 is a heart", "", "text/plain"),
        (b"\0\1\2", "a.pdf", "application/octet-stream"),
    ],
)
def test_bytes_tell_what_they_are(content: bytes, name: str, found: str) -> None:
    assert kind(content, name) == found


@pytest.mark.parametrize(
    ("content", "program"),
    [
        (b"MZ\x90\0\3\0", True),
        (b"MZ Klasse 7b", False),
        (b"\x7fELF\x02", True),
        (b"\xca\xfe\xba\xbe\0", True),
        (b"#!/usr/bin/env python3\n", False),
        (b"PK\3\4", False),
    ],
)
def test_programs_are_known(content: bytes, program: bool) -> None:
    assert is_program(content) is program


def test_only_what_cannot_run_in_a_page_is_shown() -> None:
    assert all(is_shown(each) for each in ("image/png", "image/svg+xml", "audio/ogg", "video/mp4"))
    assert not any(
        is_shown(each) for each in ("text/html", "application/xml", "application/pdf", "text/plain", "image/heic")
    )


@given(st.binary(max_size=300), st.text(max_size=10))
def test_whatever_can_run_in_a_page_is_never_shown(content: bytes, name: str) -> None:
    found = kind(content, name)
    assert "/" in found
    if is_markup(content) and found != "image/svg+xml":
        assert not is_shown(found)
