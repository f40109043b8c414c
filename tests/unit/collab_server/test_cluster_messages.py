"""Rule 17: what nodes tell each other survives the way, and nothing else is understood."""

from contextlib import suppress
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collab_server.cluster import messages
from collab_server.errors import Malformed
from collab_server.ports import CommittedRow, LogRow

ADA, SESSION, BOARD = UUID(int=1), UUID(int=2), UUID(int=3)


def test_17_rows_arrive_with_whose_they_are() -> None:
    rows = [LogRow(b"one", ADA, SESSION, (5,)), LogRow(b"", ADA, None), LogRow(b"three", None, None)]
    body = messages.write_rows(2, 41, rows)
    assert body is not None
    assert messages.read_rows(body) == (
        2,
        [CommittedRow(41, b"one", ADA), CommittedRow(42, b"", None), CommittedRow(43, b"three", None)],
    )


def test_17_rows_that_are_too_long_are_left_to_the_log() -> None:
    long = LogRow(bytes(messages.MAX_ROWS_BYTES), ADA, SESSION)
    assert messages.write_rows(1, 1, [long]) is not None
    assert messages.write_rows(1, 1, [long, LogRow(b"x", ADA, SESSION)]) is None
    assert messages.write_rows(1, 1, [LogRow(b"", None, None)] * (messages.MAX_ROWS + 1)) is None


@pytest.mark.parametrize("person", [None, ADA])
@pytest.mark.parametrize("document", [None, BOARD])
def test_17_a_decision_about_access_says_whom_it_is_about(person: UUID | None, document: UUID | None) -> None:
    assert messages.read_access(messages.write_access(person, document)) == (person, document)


def test_17_more_rows_than_anybody_sends_are_refused() -> None:
    with pytest.raises(Malformed):
        messages.read_rows(b"\x01\x01\xff\xff\x7f")


@given(st.binary(max_size=80))
def test_17_any_bytes_are_read_or_refused(body: bytes) -> None:
    for read in (messages.read_rows, messages.read_access):
        with suppress(Malformed):
            read(body)
