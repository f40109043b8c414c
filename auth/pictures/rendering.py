"""Make a small square picture of whatever image somebody has. Pure: bytes in, bytes out, with bounds on time and memory."""

import io

from auth.errors import PictureRefused

SIDE_PIXELS = 256
UPLOAD_MAX_BYTES = 10 * 1024 * 1024
# An image of this many pixels takes 64 MB while it is worked on; larger JPEGs are read at a fraction of their size.
PIXELS_MAX = 16_000_000
JPEG_PIXELS_MAX = 120_000_000
SIDE_MAX_PIXELS = 30_000
MEDIA_TYPE = "image/webp"
_READERS = ("JPEG", "PNG", "WEBP", "GIF")
_QUALITY = 82
_BACKGROUND = (255, 255, 255)


def square(data: bytes) -> bytes:
    """Return the middle of an image as a WebP of 256 by 256 pixels, upright, with nothing of its metadata (where, when, by what).

    Raises:
        PictureRefused: it is no PNG, JPEG, WebP or GIF, is damaged, or has too many pixels.
    """
    # It takes memory that a server needs only now and then.
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415

    try:
        with Image.open(io.BytesIO(data), formats=_READERS) as image:
            width, height = image.size
            is_jpeg = image.format == "JPEG"
            if width * height > (JPEG_PIXELS_MAX if is_jpeg else PIXELS_MAX) or max(width, height) > SIDE_MAX_PIXELS:
                raise PictureRefused
            if is_jpeg:
                image.draft("RGB", (2 * SIDE_PIXELS, 2 * SIDE_PIXELS))
                if image.width * image.height > PIXELS_MAX:
                    raise PictureRefused
            upright = ImageOps.exif_transpose(image)
            fitted = ImageOps.fit(upright.convert("RGBA"), (SIDE_PIXELS, SIDE_PIXELS), Image.Resampling.LANCZOS)
    except (Image.DecompressionBombError, UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise PictureRefused from error
    flat = Image.new("RGB", fitted.size, _BACKGROUND)
    flat.paste(fitted, mask=fitted.getchannel("A"))
    made = io.BytesIO()
    flat.save(made, "WEBP", quality=_QUALITY, method=4)
    return made.getvalue()
