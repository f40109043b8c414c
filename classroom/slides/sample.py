"""Make small PDFs: the deck of the demo class, and whatever a measurement needs."""

import ctypes
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

import pypdfium2
from pypdfium2 import raw

WIDTH, HEIGHT = 960, 540
MARGIN = 64
TITLE_SIZE = 44
TEXT_SIZE = 24
LINE_STEP = 40
WATER_CYCLE_PAGES = 5
INK = (0x1F, 0x29, 0x33)
_WINDING = 2

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Shape:
    """A filled rectangle, or with `round` the ellipse in it; in points from the page's lower left corner."""

    x: float
    y: float
    width: float
    height: float
    colour: Colour
    round: bool = False


@dataclass(frozen=True, slots=True)
class SamplePage:
    """A page with a heading and lines of text under it, over shapes."""

    title: str
    lines: Sequence[str] = ()
    shapes: Sequence[Shape] = field(default=())


def make_pdf(pages: Sequence[SamplePage]) -> bytes:
    """Return a PDF of these pages, each 960 by 540 points."""
    document = pypdfium2.PdfDocument.new()
    font = raw.FPDFText_LoadStandardFont(document, b"Helvetica")
    for sample in pages:
        page = document.new_page(WIDTH, HEIGHT)
        for shape in sample.shapes:
            _fill(page, shape)
        _write(document, page, font, sample.title, size=TITLE_SIZE, y=HEIGHT - MARGIN - TITLE_SIZE)
        for number, line in enumerate(sample.lines):
            y = HEIGHT - MARGIN - 2 * TITLE_SIZE - number * LINE_STEP
            _write(document, page, font, line, size=TEXT_SIZE, y=y)
        page.gen_content()
        page.close()
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


def water_cycle() -> bytes:
    """Return the slides of the demo class."""
    sea = Shape(0, 0, WIDTH, 120, (0xA5, 0xD8, 0xFF))
    sun = Shape(790, 390, 110, 110, (0xFF, 0xD4, 0x3B), round=True)
    cloud = tuple(
        Shape(x, y, width, height, (0xDE, 0xE2, 0xE6), round=True)
        for x, y, width, height in ((560, 270, 170, 90), (640, 300, 190, 110), (720, 270, 160, 80))
    )
    drops = tuple(Shape(x, y, 10, 26, (0x4D, 0xAB, 0xF7), round=True) for x in range(600, 860, 44) for y in (170, 215))
    return make_pdf(
        [
            SamplePage("The water cycle", ["Where does the rain come from,", "and where does it go?"], [sea, sun]),
            SamplePage("1. Water evaporates", ["The sun warms the sea.", "Water rises as vapour."], [sea, sun]),
            SamplePage("2. Clouds form", ["High up it is cold:", "vapour becomes tiny drops."], [sea, *cloud]),
            SamplePage(
                "3. It rains", ["The drops grow heavy and fall.", "Rivers carry them home."], [sea, *cloud, *drops]
            ),
            SamplePage("What do you think?", ["Could it rain on a planet", "without a sun?"], [sun]),
        ]
    )


def _fill(page: pypdfium2.PdfPage, shape: Shape) -> None:
    if not shape.round:
        path = raw.FPDFPageObj_CreateNewRect(shape.x, shape.y, shape.width, shape.height)
    else:
        path = _ellipse(shape)
    raw.FPDFPageObj_SetFillColor(path, *shape.colour, 255)
    raw.FPDFPath_SetDrawMode(path, _WINDING, 0)
    raw.FPDFPage_InsertObject(page, path)


def _ellipse(shape: Shape) -> raw.FPDF_PAGEOBJECT:
    # Four Bézier curves come within a thousandth of a circle with handles of this length.
    handle = 0.5523
    rx, ry = shape.width / 2, shape.height / 2
    x, y = shape.x + rx, shape.y + ry
    path = raw.FPDFPageObj_CreateNewPath(x + rx, y)
    for (ax, ay), (bx, by), (cx, cy) in (
        ((1, handle), (handle, 1), (0, 1)),
        ((-handle, 1), (-1, handle), (-1, 0)),
        ((-1, -handle), (-handle, -1), (0, -1)),
        ((handle, -1), (1, -handle), (1, 0)),
    ):
        raw.FPDFPath_BezierTo(path, x + ax * rx, y + ay * ry, x + bx * rx, y + by * ry, x + cx * rx, y + cy * ry)
    raw.FPDFPath_Close(path)
    return path


def _write(
    document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage, font: raw.FPDF_FONT, words: str, *, size: int, y: float
) -> None:
    text = raw.FPDFPageObj_CreateTextObj(document, font, ctypes.c_float(size))
    encoded = (words + "\0").encode("utf-16-le")
    raw.FPDFText_SetText(text, (ctypes.c_ushort * (len(encoded) // 2)).from_buffer_copy(encoded))
    raw.FPDFPageObj_SetFillColor(text, *INK, 255)
    raw.FPDFPageObj_Transform(text, 1, 0, 0, 1, MARGIN, y)
    raw.FPDFPage_InsertObject(page, text)
