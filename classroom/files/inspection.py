"""Find out what uploaded bytes really are."""

from collections.abc import Mapping
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from classroom.errors import ImageTooLarge, UnsupportedMediaType
from classroom.files.rules import claim_fits
from classroom.files.svg import UnsafeSvg, check_svg
from persistence.errors import FileTooLarge

IMAGE_MAX_PIXELS = 64_000_000
IMAGE_MAX_SIDE_PIXELS = 30_000
# Up to here an image is decoded whole to see that it can be; above, its structure is checked.
DECODED_MAX_PIXELS = 16_000_000
SVG_MAX_BYTES = 2 * 1024 * 1024
SVG = "image/svg+xml"

_MEDIA_TYPES: Mapping[str, str] = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",  # a JPEG with a second picture in it, as some phones write them
    "GIF": "image/gif",
    "WEBP": "image/webp",
}
_READERS = ("PNG", "JPEG", "GIF", "WEBP")
_BEGINNING_BYTES = 256


def media_type_of(path: Path, *, claimed: str) -> str:
    """Return the media type of a file, by its content. Blocking: call it in a thread.

    Raises:
        UnsupportedMediaType: it is nothing that may be uploaded, or not what it claims to be.
        ImageTooLarge: it has more pixels than a browser can show.
        FileTooLarge: it is an SVG drawing with more text than one has.
    """
    found = SVG if _looks_like_xml(path) else _raster_type(path)
    if not claim_fits(claimed, found):
        raise UnsupportedMediaType
    if found == SVG:
        if path.stat().st_size > SVG_MAX_BYTES:
            raise FileTooLarge(SVG_MAX_BYTES)
        try:
            check_svg(path.read_bytes())
        except UnsafeSvg as error:
            raise UnsupportedMediaType from error
    return found


def _looks_like_xml(path: Path) -> bool:
    with path.open("rb") as file:
        beginning = file.read(_BEGINNING_BYTES)
    return beginning.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def _raster_type(path: Path) -> str:
    try:
        with Image.open(path, formats=_READERS) as image:
            width, height = image.size
            if width * height > IMAGE_MAX_PIXELS or max(width, height) > IMAGE_MAX_SIDE_PIXELS:
                raise ImageTooLarge
            media_type = _MEDIA_TYPES[str(image.format)]
            image.verify()
        if width * height <= DECODED_MAX_PIXELS:
            # `verify` leaves the image unusable, so it is opened again.
            with Image.open(path, formats=_READERS) as image:
                image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageTooLarge from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, KeyError, EOFError, IndexError) as error:
        raise UnsupportedMediaType from error
    return media_type
