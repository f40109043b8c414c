"""PDFs that people upload, and some that nobody should."""

import io
import zlib

import pypdfium2
from PIL import Image

from classroom.slides.sample import SamplePage, make_pdf

NOT_A_PDF = b"PK\x03\x04" + b"a presentation, but in another program's format" * 20
BROKEN = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\ntrailer << /Root 1 0 R >>"


def pdf(pages: int, *, topic: str = "Cells") -> bytes:
    """Return a PDF whose pages say their numbers."""
    return make_pdf([SamplePage(f"{topic} {number}", [f"This is page {number}."]) for number in range(1, pages + 1)])


def encrypted() -> bytes:
    """Return a PDF that wants a password: what says so is all that a reader gets to see of it."""
    key = b"<" + b"00" * 32 + b">"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>",
        b"<< /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O " + key + b" /U " + key + b" >>",
    ]
    return _file(objects, b"/Encrypt 4 0 R /ID [<00> <00>]")


def bomb(levels: int = 12) -> bytes:
    """Return two kilobytes that want to be drawn ten to the power of `levels` times: each drawing holds the next one ten times."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 4 0 R /Resources << /XObject << /F 5 0 R >> >> >>",
        _stream(b"", b"/F Do"),
    ]
    for level in range(levels):
        inner = b"/F Do " * 10 if level < levels - 1 else b"0 0 50 50 re f"
        again = b"/Resources << /XObject << /F %d 0 R >> >>" % (len(objects) + 2)
        objects.append(_stream(b"/Type /XObject /Subtype /Form /BBox [0 0 100 100] " + again, inner))
    objects.append(b"null")
    return _file(objects, b"")


def memory_bomb(megabytes: int = 4000) -> bytes:
    """Return a few megabytes that unpack into a page description of gigabytes."""
    packer = zlib.compressobj(9)
    line = b"0 0 1 1 re f\n" * 80_000
    packed = b"".join(packer.compress(line) for _ in range(megabytes)) + packer.flush()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 4 0 R >>",
        _stream(b"/Filter /FlateDecode", packed),
    ]
    return _file(objects, b"")


def pages_in(content: bytes) -> list[tuple[float, float]]:
    """Return the sizes of a PDF's pages."""
    document = pypdfium2.PdfDocument(content)
    return [document[number].get_size() for number in range(len(document))]


def picture_of(content: bytes, page: int) -> Image.Image:
    """Return a page of a PDF as a picture, one pixel per point."""
    picture: Image.Image = pypdfium2.PdfDocument(content)[page].render(scale=1).to_pil().convert("RGB")
    return picture


def _file(objects: list[bytes], trailer: bytes) -> bytes:
    out = io.BytesIO(b"%PDF-1.7\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for place in places:
        out.write(b"%010d 00000 n \n" % place)
    out.write(b"trailer << /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, trailer, start))
    return out.getvalue()


def _stream(entries: bytes, content: bytes) -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(content), content)
