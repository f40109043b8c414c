"""Find out what uploaded bytes really are."""

from collections.abc import Mapping
from pathlib import Path

from classroom.errors import ImageTooLarge, UnsupportedImage, UnsupportedMediaType
from classroom.files.rules import claim_fits
from classroom.files.signatures import HEAD_BYTES, IMAGES, SVG, TAIL_BYTES, UNKNOWN, XML, is_markup, is_program, type_of
from classroom.files.svg import UnsafeSvg, check_svg
from persistence.errors import FileTooLarge

IMAGE_MAX_BYTES = 20 * 1024 * 1024
IMAGE_MAX_PIXELS = 64_000_000
IMAGE_MAX_SIDE_PIXELS = 30_000
# Up to here an image is decoded whole to see that it can be; above, its structure is checked.
DECODED_MAX_PIXELS = 16_000_000
SVG_MAX_BYTES = 2 * 1024 * 1024

_MEDIA_TYPES: Mapping[str, str] = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",  # a JPEG with a second picture in it, as some phones write them
    "GIF": "image/gif",
    "WEBP": "image/webp",
}
_READERS = ("PNG", "JPEG", "GIF", "WEBP")


def media_type_of(path: Path, *, name: str) -> str:
    """Return the media type of a file, by its content. Blocking: call it in a thread.

    A picture or drawing that is not fit to be shown is told as what can only be downloaded.

    Raises:
        UnsupportedMediaType: it is a program.
    """
    head, tail = _ends(path)
    if is_program(head):
        raise UnsupportedMediaType
    found = type_of(head, tail, name=name)
    try:
        if found in IMAGES:
            return _raster_type(path)
        if found == SVG:
            _check_drawing(path)
    except (UnsupportedMediaType, ImageTooLarge, FileTooLarge):
        return XML if found == SVG else UNKNOWN
    return found


def image_type_of(path: Path, *, claimed: str) -> str:
    """Return the media type of an image, by its content. Blocking: call it in a thread.

    Raises:
        UnsupportedImage: it is no image that all browsers show, or not what it claims to be.
        ImageTooLarge: it has more pixels than a browser can show.
        FileTooLarge: it is an SVG drawing with more text than one has.
    """
    head, _ = _ends(path)
    try:
        found = SVG if is_markup(head) else _raster_type(path)
        if found == SVG:
            _check_drawing(path)
    except UnsupportedMediaType as error:
        raise UnsupportedImage from error
    if not claim_fits(claimed, found):
        raise UnsupportedImage
    return found


def _ends(path: Path) -> tuple[bytes, bytes]:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        file.seek(max(0, path.stat().st_size - TAIL_BYTES))
        return head, file.read(TAIL_BYTES)


def _check_drawing(path: Path) -> None:
    if path.stat().st_size > SVG_MAX_BYTES:
        raise FileTooLarge(SVG_MAX_BYTES)
    try:
        check_svg(path.read_bytes())
    except UnsafeSvg as error:
        raise UnsupportedMediaType from error


def _raster_type(path: Path) -> str:
    # It takes memory that a server needs only now and then.
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415

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
