"""The strict lib0 codec, against what lib0 writes."""

from base64 import b64decode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collab_server.errors import Malformed
from collab_server.protocol.codec import MAX_SAFE_INTEGER, Reader, byte_array, string, uint
from tests.unit.collab_server.golden import GOLDEN

EVERY_RUN = settings(derandomize=True, deadline=None, max_examples=300)


def read(data: bytes, what: str) -> object:
    reader = Reader(data)
    value = getattr(reader, what)()
    reader.finish()
    return value


@pytest.mark.parametrize(("value", "encoded"), GOLDEN["uints"])
def test_integers_are_written_and_read_as_lib0_does(value: int, encoded: str) -> None:
    assert uint(value) == b64decode(encoded)
    assert read(b64decode(encoded), "uint") == value


@pytest.mark.parametrize(("value", "encoded"), GOLDEN["strings"])
def test_strings_count_bytes_not_characters_as_lib0_does(value: str, encoded: str) -> None:
    assert string(value) == b64decode(encoded)
    assert read(b64decode(encoded), "string") == value


@EVERY_RUN
@given(st.integers(0, MAX_SAFE_INTEGER), st.text(), st.binary())
def test_what_is_written_is_read_back(number: int, text: str, data: bytes) -> None:
    reader = Reader(uint(number) + string(text) + byte_array(data) + b"\x07")
    assert (reader.uint(), reader.string(), reader.bytes(), reader.byte()) == (number, text, data, 7)
    reader.finish()


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "byte"),
        (b"", "uint"),
        (b"\x80", "uint"),
        (b"\x80\x00", "uint"),
        (b"\xff\xff\xff\xff\xff\xff\xff\x10", "uint"),
        (b"\x80" * 9 + b"\x01", "uint"),
        (b"\x02a", "bytes"),
        (b"\x02\xc3\x28", "string"),
        (b"\x03\xed\xa0\x80", "string"),
        (b"\x00\x00", "uint"),
    ],
)
def test_4_bytes_that_do_not_fit_are_malformed(data: bytes, what: str) -> None:
    with pytest.raises(Malformed):
        read(data, what)


def test_4_one_cannot_skip_beyond_the_end() -> None:
    reader = Reader(b"abc")
    reader.skip(3)
    with pytest.raises(Malformed):
        reader.skip(1)
