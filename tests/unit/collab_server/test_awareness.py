"""Presence states on the wire."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collab_server.errors import Malformed, TooBig
from collab_server.protocol.awareness import MAX_BYTES, MAX_DEPTH, MAX_ENTRIES, PresenceEntry, decode, encode
from collab_server.protocol.codec import MAX_SAFE_INTEGER, byte_array, string, uint
from collab_server.protocol.messages import Presence
from collab_server.protocol.y_websocket import decode as decode_frame
from collab_server.protocol.y_websocket import presence
from tests.unit.collab_server.golden import FRAMES

EVERY_RUN = settings(derandomize=True, deadline=None, max_examples=200)


def one(state: str) -> bytes:
    return uint(1) + uint(5) + uint(1) + string(state)


def test_states_of_y_protocols_are_read_and_written_as_it_does() -> None:
    message = decode_frame(FRAMES["presence"])
    assert isinstance(message, Presence)
    assert message.size == len(FRAMES["presence"]) - 2
    (entry,) = message.entries
    assert entry == PresenceEntry(1, 1, {"pointer": {"x": 1.5, "y": -2}, "name": "Zoë 🎓", "cut": "\ud83c"})
    # Half an emoji cannot be written as UTF-8, so that state is escaped: the same JSON in other bytes.
    assert decode(encode([entry])) == (entry,)
    assert entry.state is not None
    whole = PresenceEntry(1, 1, {key: value for key, value in entry.state.items() if key != "cut"})
    assert string('{"pointer":{"x":1.5,"y":-2},"name":"Zoë 🎓"}') in presence(encode([whole]))


def test_an_absence_of_y_protocols_is_a_null_state() -> None:
    message = decode_frame(FRAMES["absence"])
    assert isinstance(message, Presence)
    assert message.entries == (PresenceEntry(1, 2, None),)
    assert presence(encode(message.entries)) == FRAMES["absence"]


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@EVERY_RUN
@given(st.lists(st.builds(PresenceEntry, st.integers(0, MAX_SAFE_INTEGER), st.integers(0, MAX_SAFE_INTEGER), st.none() | st.dictionaries(st.text(), json_values, max_size=4))))  # fmt: skip
def test_what_is_written_is_read_back(entries: list[PresenceEntry]) -> None:
    assert list(decode(encode(entries))) == entries


@EVERY_RUN
@given(st.binary(max_size=100))
def test_4_any_bytes_are_states_or_malformed(data: bytes) -> None:
    with suppress(Malformed):
        encode(decode(data))


@pytest.mark.parametrize(
    "data",
    [b"", b"\x01", uint(MAX_ENTRIES + 1), one("null") + b"\x00", *map(one, ("", "1", '"x"', "[]", "{", '{"x":NaN}', '{"x":1e999}'))],
)  # fmt: skip
def test_4_what_a_browser_could_not_read_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        decode(data)


def nested(depth: int) -> dict[str, Any]:
    state: dict[str, Any] = {}
    for level in range(depth - 1):
        state = {"x": state} if level % 2 else {"x": [state]}
    return state


def test_4_states_nest_up_to_a_bound() -> None:
    flat = json.dumps({"x": [[]] * 5})
    assert decode(one(flat))
    depth = max(
        d
        for d in range(1, MAX_DEPTH)
        if len(json.dumps(nested(d)).replace('"x": ', "").replace(" ", "")) <= 2 * MAX_DEPTH
    )
    assert decode(one(json.dumps(nested(depth))))
    for too_deep in (
        '{"x":' * (MAX_DEPTH + 1) + "1" + "}" * (MAX_DEPTH + 1),
        '{"x":' + "[" * 50_000 + "]" * 50_000 + "}",
    ):
        with pytest.raises(Malformed):
            decode(one(too_deep))
    exactly = '{"x":' * MAX_DEPTH + "1" + "}" * MAX_DEPTH
    assert encode(decode(one(exactly))) == one(exactly)


def test_11_states_are_bounded_in_bytes() -> None:
    with pytest.raises(TooBig):
        decode(byte_array(bytes(MAX_BYTES)))
