"""Rules about slides that need nothing but their input. Pure."""

import unicodedata
from collections.abc import Sequence
from enum import StrEnum

PDF_MAX_BYTES = 50 * 1024 * 1024
PDF_MAX_PAGES = 200
PDF_MEDIA_TYPE = "application/pdf"
# Readers find the header within the first kilobyte (ISO 32000-1, annex H.3.4.1); scanners and mailers put bytes before it.
HEADER_WITHIN_BYTES = 1024
HEADER = b"%PDF-"

IMAGE_LONGEST_PX = 1600
THUMBNAIL_WIDTH_PX = 320
THUMBNAIL_LONGEST_PX = 640
TITLE_MAX_CHARS = 120
TEXT_MAX_CHARS = 4000
TITLE_LINES = 12
# A line is a heading when it is this much taller than the one that was the tallest so far.
TALLER = 1.1


class UploadState(StrEnum):
    """How far the work on an upload is."""

    QUEUED = "queued"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"


class Refusal(StrEnum):
    """Why a PDF cannot become slides; the value is the problem's stable code."""

    NOT_A_PDF = "not_a_pdf"
    BROKEN = "pdf_broken"
    ENCRYPTED = "pdf_encrypted"
    TOO_MANY_PAGES = "pdf_too_many_pages"
    TOO_HEAVY = "pdf_too_heavy"


def begins_as_pdf(beginning: bytes) -> bool:
    """Tell whether a file's first bytes are those of a PDF."""
    return HEADER in beginning[:HEADER_WITHIN_BYTES]


def image_scale(width: float, height: float) -> float:
    """Return the pixels per point at which a page's picture gets its longest side, whatever the page's size."""
    return IMAGE_LONGEST_PX / max(width, height, 1.0)


def thumbnail_size(width: int, height: int) -> tuple[int, int]:
    """Return the size of a picture's thumbnail, in pixels; narrow pages stay within bounds, too."""
    scale = min(THUMBNAIL_WIDTH_PX / width, THUMBNAIL_LONGEST_PX / height, 1.0)
    return max(1, round(width * scale)), max(1, round(height * scale))


def clean(text: str) -> str:
    """Return a page's text without what no reader can show and no database keeps; one blank between words."""
    shown = (" " if unicodedata.category(each) in {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"} else each for each in text)
    return " ".join("".join(shown).split())


def title_of(lines: Sequence[tuple[str, float]]) -> str:
    """Return the heading among a page's first lines, each with its height: the tallest, of equal ones the first."""
    title, tallest = "", 0.0
    for text, height in lines[:TITLE_LINES]:
        words = clean(text)
        if words and any(each.isalnum() for each in words) and height > tallest * TALLER:
            title, tallest = words, height
    return title[:TITLE_MAX_CHARS].strip()


def deck_title(file_name: str) -> str:
    """Return what a deck made of a file is called: as the file, without what only computers call it."""
    name = file_name[: -len(".pdf")].strip() if file_name.lower().endswith(".pdf") else file_name
    return name or file_name
