"""Uploads: what is refused, and that nothing of it is left."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.integration.conftest import Api, Classroom
from tests.integration.uploads import SVG, huge_png, image, kept, rows, upload

IsProblem = Callable[..., None]


@pytest.mark.parametrize("content", [b"MZ\x90\x00\x03", b"\x7fELF\x02\x01\x01", b"\xcf\xfa\xed\xfe\x07\0\0\x01"])
async def test_programs_are_refused(api: Api, tmp_path: Path, content: bytes, is_problem: IsProblem) -> None:
    student = await api.student()
    for name, claimed in (("setup.exe", ""), ("homework.pdf", "application/pdf")):
        is_problem(await upload(student, content, name=name, claimed=claimed), 415, "program_refused")
    assert kept(tmp_path) == []


async def test_an_empty_file_is_refused(classroom: Classroom, is_problem: IsProblem) -> None:
    is_problem(await upload(classroom.student, b"", name="a.txt", claimed="text/plain"), 422, "file_empty")
    is_problem(await upload(classroom.student, b"", document_id=classroom.board_id), 422, "file_empty")


@pytest.mark.parametrize(
    ("content", "claimed"),
    [
        (b"hello", "text/plain"),
        (b"hello", "image/png"),
        (b"\x89PNG\r\n\x1a\n" + b"junk" * 20, "image/png"),
        (image("PNG")[:-20], "image/png"),
        (image("JPEG", (64, 64))[:-100], "image/jpeg"),
        (b"GIF89a" + b"\0" * 10, "image/gif"),
        (image("PNG"), "image/jpeg"),
        (image("PNG"), "text/html"),
        (image("BMP"), "image/bmp"),
        (image("TIFF"), "image/tiff"),
        (b"<html><script>alert(1)</script></html>", "image/svg+xml"),
        (b"<svg>no namespace</svg>", "image/svg+xml"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", "image/svg+xml"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"MZ\x90\x00", "application/octet-stream"),
        (SVG, "image/png"),
        (SVG, "text/html"),
    ],
)
async def test_what_is_no_image_or_not_what_it_claims_is_refused_on_a_board(
    classroom: Classroom, tmp_path: Path, content: bytes, claimed: str, is_problem: IsProblem
) -> None:
    is_problem(
        await upload(classroom.student, content, claimed=claimed, document_id=classroom.board_id),
        415,
        "unsupported_media_type",
    )
    assert kept(tmp_path) == []
    assert await rows(classroom.api) == 0


@pytest.mark.parametrize(
    "inside",
    [
        b"<script>alert(1)</script>",
        b"<a href='javascript:alert(1)'><text>x</text></a>",
        b"<circle r='1' onload='alert(1)'/>",
        b"<foreignObject><p xmlns='http://www.w3.org/1999/xhtml'>x</p></foreignObject>",
        b"<image href='https://evil.example/x.png'/>",
        b"<use xlink:href='//evil.example/x.svg#a' xmlns:xlink='http://www.w3.org/1999/xlink'/>",
        b"<image href='data:image/svg+xml;base64,PHN2Zz4='/>",
        b"<style>@import url(https://evil.example/x.css)</style>",
        b"<style>circle { fill: url('https://evil.example/x') }</style>",
        b"<rect style='fill:u\\72l(//evil.example)'/>",
        b"<set attributeName='onload' to='alert(1)'/>",
        b"<a><animate attributeName='href' values='javascript:alert(1)'/></a>",
    ],
)
async def test_a_drawing_with_scripts_or_foreign_references_is_refused(
    classroom: Classroom, inside: bytes, is_problem: IsProblem
) -> None:
    content = b"<svg xmlns='http://www.w3.org/2000/svg'>" + inside + b"</svg>"
    is_problem(
        await upload(classroom.student, content, claimed="image/svg+xml", document_id=classroom.board_id),
        415,
        "unsupported_media_type",
    )


@pytest.mark.parametrize(
    "content",
    [
        b"<?xml-stylesheet href='https://evil.example/x.css'?>" + SVG,
        b"<!DOCTYPE svg [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]>" + SVG,
        b"<!DOCTYPE svg SYSTEM 'https://evil.example/x.dtd'>" + SVG,
        b"<svg xmlns='http://www.w3.org/2000/svg'>" + b"<g>" * 1000 + b"</g>" * 1000 + b"</svg>",
    ],
)
async def test_a_drawing_that_works_against_the_parser_is_refused(
    classroom: Classroom, content: bytes, is_problem: IsProblem
) -> None:
    is_problem(
        await upload(classroom.student, content, claimed="image/svg+xml", document_id=classroom.board_id),
        415,
        "unsupported_media_type",
    )


@pytest.mark.parametrize(("width", "height"), [(30_000, 30_000), (60_000, 1), (9_000, 9_000)])
async def test_an_image_that_unpacks_to_very_many_pixels_is_refused(
    classroom: Classroom, width: int, height: int, is_problem: IsProblem
) -> None:
    is_problem(
        await upload(classroom.student, huge_png(width, height), document_id=classroom.board_id), 413, "file_too_large"
    )


async def test_a_file_that_is_too_large_is_cut_off_while_it_arrives(
    api: Api, tmp_path: Path, is_problem: IsProblem
) -> None:
    student = await api.student()
    announced = await upload(student, b"\0" * 500_000)
    is_problem(announced, 413, "file_too_large")
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
        while sent < 50_000_000:
            sent += 10_000
            yield b"\0" * 10_000

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    is_problem(await student.request("POST", "/files", content=endless(), headers=headers), 413, "file_too_large")
    assert sent <= 300_000
    assert kept(tmp_path) == []


async def test_a_file_may_have_exactly_the_largest_size(api: Api) -> None:
    student = await api.student()
    padding = b" " * (api.services.files.limits.file_max_bytes - len(SVG))
    assert (await upload(student, SVG + padding, claimed="image/svg+xml")).status_code == 201
    assert (await upload(student, SVG + padding + b" ", claimed="image/svg+xml")).status_code == 413


FORM = {"Content-Type": "multipart/form-data; boundary=b"}

PART = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.svg"\r\n\r\n' + SVG + b"\r\n"


@pytest.mark.parametrize(
    ("headers", "content"),
    [
        ({}, b""),
        ({"Content-Type": "application/json"}, b"{}"),
        ({"Content-Type": "multipart/form-data"}, PART),
        (FORM, b""),
        (FORM, b"--b--\r\n"),
        (FORM, b"garbage"),
        (FORM, PART),
        (FORM, PART[:60]),
        (FORM, PART + PART + b"--b--\r\n"),
        (FORM, b'--b\r\nContent-Disposition: form-data; name="other"\r\n\r\nx\r\n--b--\r\n'),
        (FORM, PART + b'--b\r\nContent-Disposition: form-data; name="document_id"\r\n\r\nnonsense\r\n--b--\r\n'),
        (
            FORM,
            PART
            + b'--b\r\nContent-Disposition: form-data; name="document_id"\r\n\r\n'
            + b"1" * 2000
            + b"\r\n--b--\r\n",
        ),
        (FORM, b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n"),
        (FORM, b"--b\r\n" + b"x" * 20_000 + b": y\r\n\r\nx\r\n--b--\r\n"),
    ],
)
async def test_a_damaged_form_is_refused_and_leaves_nothing(
    api: Api, tmp_path: Path, headers: dict[str, str], content: bytes, is_problem: IsProblem
) -> None:
    student = await api.student()
    is_problem(await student.request("POST", "/files", content=content, headers=headers), 422, "validation_failed")
    assert kept(tmp_path) == []
    assert await rows(api) == 0
