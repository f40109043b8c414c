"""Look into PDFs and draw their pages, in a process of its own: a hostile file can then hurt nobody but that process.

Run as ``python -m classroom.slides.drawing REQUEST`` with a JSON request; answers are JSON lines on stdout. The process has
little memory, little time and low priority. Nothing of the house but the pure rules is imported, so that it starts fast.
"""

import hashlib
import json
import os
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image
from pypdfium2 import raw

from classroom.slides.rules import (
    HEADER_WITHIN_BYTES,
    PDF_MAX_PAGES,
    TEXT_MAX_CHARS,
    Refusal,
    begins_as_pdf,
    clean,
    image_scale,
    thumbnail_size,
    title_of,
)

MEMORY_MAX_BYTES = 1024 * 1024 * 1024
WRITTEN_MAX_BYTES = 32 * 1024 * 1024
CPU_MAX_SECONDS = 180
# Somebody waits for the inspection and the first page; the rest gives way to everybody else.
PRIORITY_STEPS_DOWN_FIRST = 3
PRIORITY_STEPS_DOWN = 12
# Enough to find the heading among a page's first lines.
TITLE_LETTERS = 500
IMAGE_QUALITY = 84
THUMBNAIL_QUALITY = 78
WEBP_EFFORT = 1


class Refused(Exception):
    """The file cannot become slides."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


def inspect(path: Path) -> int:
    """Return the number of pages; raises Refused."""
    with path.open("rb") as file:
        if not begins_as_pdf(file.read(HEADER_WITHIN_BYTES)):
            raise Refused(Refusal.NOT_A_PDF)
    pages = len(_open(path))
    if pages == 0:
        raise Refused(Refusal.BROKEN)
    if pages > PDF_MAX_PAGES:
        raise Refused(Refusal.TOO_MANY_PAGES)
    return pages


def draw(path: Path, *, first: int, folder: Path) -> Iterator[dict[str, Any]]:
    """Draw the pages from `first` (counted from 1) on, one after the other; their pictures appear in `folder`."""
    document = _open(path)
    for number in range(first, len(document) + 1):
        try:
            page = document[number - 1]
            width, height = page.get_size()
            text, title = _words(page)
            picture = page.render(scale=image_scale(width, height), may_draw_forms=True).to_pil().convert("RGB")
            page.close()
        except pypdfium2.PdfiumError as error:
            raise Refused(Refusal.BROKEN) from error
        small = picture.resize(thumbnail_size(*picture.size), Image.Resampling.BOX, reducing_gap=2.0)
        yield {
            "page": number,
            "width": max(width, 1.0),
            "height": max(height, 1.0),
            "title": title,
            "text": text,
            "image": _save(picture, folder / f"{number}.webp", quality=IMAGE_QUALITY),
            "thumbnail": _save(small, folder / f"{number}-small.webp", quality=THUMBNAIL_QUALITY),
        }


def main() -> None:
    """Answer the request in the first argument."""
    _bound()
    request = json.loads(sys.argv[1])
    path = Path(request["path"])
    try:
        if "folder" in request:
            for page in draw(path, first=request["first"], folder=Path(request["folder"])):
                _say(page)
                if page["page"] == request["first"]:
                    os.nice(PRIORITY_STEPS_DOWN)
        else:
            _say({"pages": inspect(path)})
    except Refused as refused:
        _say({"refusal": refused.refusal})
    except MemoryError:
        _say({"refusal": Refusal.TOO_HEAVY})


def _open(path: Path) -> pypdfium2.PdfDocument:
    try:
        document = pypdfium2.PdfDocument(path)
        len(document)
        if document.get_formtype() != raw.FORMTYPE_NONE:
            document.init_forms()
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY)
        raise Refused(Refusal.ENCRYPTED if locked else Refusal.BROKEN) from error
    return document


def _words(page: pypdfium2.PdfPage) -> tuple[str, str]:
    """Return a page's text and its heading."""
    words = page.get_textpage()
    letters = words.count_chars()
    text = words.get_text_range(0, min(letters, 2 * TEXT_MAX_CHARS)) if letters > 0 else ""
    lines: list[tuple[str, float]] = []
    line: list[str] = []
    height = 0.0
    for index in range(min(letters, TITLE_LETTERS)):
        code = raw.FPDFText_GetUnicode(words, index)
        letter = chr(code) if 0 < code < 0xD800 or 0xE000 <= code <= 0x10FFFF else " "
        if letter in "\r\n":
            if line:
                lines.append(("".join(line), height))
            line, height = [], 0.0
        else:
            line.append(letter)
            if not letter.isspace():
                _, bottom, _, top = words.get_charbox(index, loose=True)
                height = max(height, top - bottom)
    lines.append(("".join(line), height))
    words.close()
    return clean(text)[:TEXT_MAX_CHARS], title_of(lines)


def _save(picture: Image.Image, path: Path, *, quality: int) -> dict[str, Any]:
    with path.open("w+b") as file:
        picture.save(file, "WEBP", quality=quality, method=WEBP_EFFORT)
        file.flush()
        os.fsync(file.fileno())
        file.seek(0)
        digest = hashlib.sha256(file.read()).hexdigest()
    return {"path": str(path), "sha256": digest, "size": path.stat().st_size}


def _bound() -> None:
    os.nice(PRIORITY_STEPS_DOWN_FIRST)
    for kind, limit in (
        (resource.RLIMIT_AS, MEMORY_MAX_BYTES),
        (resource.RLIMIT_CPU, CPU_MAX_SECONDS),
        (resource.RLIMIT_FSIZE, WRITTEN_MAX_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, most = resource.getrlimit(kind)
        if most == resource.RLIM_INFINITY or limit < most:
            try:
                resource.setrlimit(kind, (limit, limit))
            except (OSError, ValueError):  # macOS knows the limit on memory but does not take it
                continue


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
