"""A small square picture of whatever image somebody has."""

import io
import struct
import zlib

import pytest
from PIL import Image

from auth.errors import PictureRefused
from auth.pictures.rendering import SIDE_PIXELS, UPLOAD_MAX_BYTES, square

RED, BLUE = (255, 0, 0), (0, 0, 255)


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    made = io.BytesIO()
    image.save(made, kind, **options)
    return made.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    assert (image.format, image.size, image.mode) == ("WEBP", (SIDE_PIXELS, SIDE_PIXELS), "RGB")
    return image


def near(color, wanted) -> bool:
    return all(abs(one - other) < 30 for one, other in zip(color, wanted, strict=True))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_the_middle_of_an_image_becomes_square(kind: str) -> None:
    wide = Image.new("RGB", (900, 300), BLUE)
    wide.paste(RED, (300, 0, 600, 300))
    made = opened(square(encoded(wide, kind)))
    assert all(near(made.getpixel(place), RED) for place in ((8, 8), (128, 128), (247, 247)))
    tall = wide.transpose(Image.Transpose.ROTATE_90)
    assert near(opened(square(encoded(tall, kind))).getpixel((128, 8)), RED)


def test_a_tiny_image_and_a_transparent_one_are_shown_too() -> None:
    opened(square(encoded(Image.new("1", (1, 1)), "PNG")))
    clear = Image.new("RGBA", (10, 10), (0, 0, 0, 0))
    assert near(opened(square(encoded(clear, "PNG"))).getpixel((128, 128)), (255, 255, 255))


def test_it_is_upright_and_says_nothing_of_where_it_was_taken() -> None:
    photo = Image.new("RGB", (300, 300), BLUE)
    photo.paste(RED, (0, 0, 300, 150))
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "A Secret Camera"
    data = encoded(photo, "JPEG", exif=exif)
    assert b"A Secret Camera" in data
    made = square(data)
    assert near(opened(made).getpixel((250, 128)), RED)
    assert near(opened(made).getpixel((5, 128)), BLUE)
    assert b"Camera" not in made
    assert not opened(made).getexif()


def test_a_picture_is_small() -> None:
    noise = Image.effect_noise((1200, 1200), 90).convert("RGB")
    assert len(square(encoded(noise, "JPEG"))) < 60_000


def test_a_photo_of_a_large_camera_is_read_at_a_fraction_of_its_size() -> None:
    large = encoded(Image.new("RGB", (9000, 6000), RED), "JPEG", quality=20)
    assert near(opened(square(large)).getpixel((128, 128)), RED)


def bomb(width: int, height: int) -> bytes:
    """Make a PNG that claims a size and holds next to nothing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def jpeg_bomb() -> bytes:
    """Take a JPEG and let its header claim a size that is no fraction away from being too large."""
    data = bytearray(encoded(Image.new("RGB", (16, 16)), "JPEG"))
    place = data.index(b"\xff\xc0") + 5
    data[place : place + 4] = struct.pack(">HH", 30_000, 30_000)
    return bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", id="drawing"),
        pytest.param(b"%PDF-1.7", id="document"),
        pytest.param(encoded(Image.new("RGB", (9, 9)), "BMP"), id="another kind"),
        pytest.param(encoded(Image.new("RGB", (90, 90)), "PNG")[:-40], id="cut off"),
        pytest.param(bomb(60_000, 60_000), id="bomb"),
        pytest.param(bomb(40_000, 10), id="long bomb"),
        pytest.param(bomb(5000, 5000), id="many pixels"),
        pytest.param(bomb(100, 100), id="hollow"),
        pytest.param(jpeg_bomb(), id="JPEG bomb"),
    ],
)
def test_what_is_no_usual_image_is_refused(data: bytes) -> None:
    with pytest.raises(PictureRefused):
        square(data)


def test_a_jpeg_that_stays_too_large_at_a_fraction_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auth.pictures.rendering.PIXELS_MAX", 100)
    with pytest.raises(PictureRefused):
        square(encoded(Image.new("RGB", (600, 600)), "JPEG"))


def test_an_upload_is_bounded() -> None:
    assert UPLOAD_MAX_BYTES <= 10 * 1024 * 1024
