"""Both dialects: what clients write is read, what the server writes is what the stock clients expect."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collab_server.dialect import HocuspocusDialect, YWebSocketDialect
from collab_server.errors import Malformed, NotAllowed, NotFound, Overloaded, StaleEpoch, TooBig, Unauthenticated
from collab_server.ports import Right
from collab_server.protocol import hocuspocus, y_websocket
from collab_server.protocol.codec import string, uint
from collab_server.protocol.messages import (
    Leave,
    Message,
    Pong,
    QueryPresence,
    Stateless,
    SyncStep1,
    SyncStep2,
    Token,
    Update,
)
from tests.unit.collab_server.golden import DOCUMENTS, FRAMES, UPDATES

EVERY_RUN = settings(derandomize=True, deadline=None, max_examples=300)
KEY = string("document")


def test_frames_of_y_protocols_are_read_and_written_as_it_does() -> None:
    together = DOCUMENTS["together"]
    assert y_websocket.decode(FRAMES["sync_step_1"]) == SyncStep1(together["state_vector"])
    assert y_websocket.decode(FRAMES["sync_step_2"]) == SyncStep2(together["state"])
    assert y_websocket.decode(FRAMES["update"]) == Update(UPDATES[0]["update"])
    assert y_websocket.decode(FRAMES["query"]) == QueryPresence()
    assert y_websocket.sync_step_1(together["state_vector"]) == FRAMES["sync_step_1"]
    assert y_websocket.sync_step_2(together["state"]) == FRAMES["sync_step_2"]
    assert y_websocket.update(UPDATES[0]["update"]) == FRAMES["update"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (FRAMES["update"], Update(UPDATES[0]["update"])),
        (b"\x04" + FRAMES["sync_step_2"][1:], SyncStep2(DOCUMENTS["together"]["state"])),
        (FRAMES["presence"], y_websocket.decode(FRAMES["presence"])),
        (b"\x03", QueryPresence()),
        (b"\x05" + string("note"), Stateless("note")),
        (b"\x07", Leave()),
        (b"\x02\x00" + string("token"), Token("token")),
        (b"\x02\x00" + string("token") + string("4.8.0"), Token("token")),
    ],
)
def test_18_messages_of_the_hocuspocus_provider_are_read(body: bytes, message: Message) -> None:
    assert hocuspocus.decode(KEY + body) == ("document", message)


def test_18_a_pong_belongs_to_the_socket() -> None:
    assert hocuspocus.decode(b"\x0a") == ("", Pong())


def test_18_a_routing_key_may_carry_a_session_behind_the_documents_name() -> None:
    assert hocuspocus.document_name("document\0session") == "document"
    assert hocuspocus.document_name("document") == "document"


@pytest.mark.parametrize("body", [b"", b"\x06", b"\x08\x01", b"\x00\x03\x00", b"\x02\x01" + string("x"), b"\x03\x00",
    b"\x02\x00" + string("t" * 8_193), b"\x02\x00" + string("t") + string("v" * 65), b"\x07\x00"])  # fmt: skip
def test_4_anything_else_is_malformed_in_hocuspocus(body: bytes) -> None:
    with pytest.raises(Malformed):
        hocuspocus.decode(KEY + body)


@pytest.mark.parametrize("frame", [b"", b"\x02\x00\x00", b"\x64\x00", b"\x00\x03\x00", b"\x00\x02\x05a", b"\x03\x00"])
def test_4_anything_else_is_malformed_in_y_websocket(frame: bytes) -> None:
    with pytest.raises(Malformed):
        y_websocket.decode(frame)


@EVERY_RUN
@given(st.binary(max_size=60), st.sampled_from([b"", KEY]))
def test_4_any_bytes_are_a_message_or_malformed(data: bytes, prefix: bytes) -> None:
    for decode in (y_websocket.decode, hocuspocus.decode):
        with suppress(Malformed):
            decode(prefix + data)


def test_a_stock_y_websocket_client_hears_only_what_it_knows() -> None:
    dialect = YWebSocketDialect(acknowledges=False)
    assert dialect.prefix == b""
    assert dialect.greeted(b"\x00") == [y_websocket.sync_step_1(b"\x00")]
    for silent in (dialect.opened(Right.WRITE), dialect.asked(b"\x00"), dialect.saved(2, 5), dialect.token_wanted()):
        assert silent == []
    assert dialect.refused(NotFound("not_found"), joined=False) == [b"\x02\x00" + string("not_found")]
    assert dialect.ends_socket(NotFound("not_found"))


def test_a_lectern_client_also_hears_what_is_saved_and_what_it_may() -> None:
    dialect = YWebSocketDialect(acknowledges=True)
    assert dialect.opened(Right.WRITE) == [uint(101) + b"\x01"]
    assert dialect.opened(Right.READ) == [uint(101) + b"\x00"]
    assert dialect.saved(2, 300) == [uint(100) + uint(300)]


def test_a_hocuspocus_provider_is_answered_message_by_message() -> None:
    dialect = HocuspocusDialect("document\0session")
    assert dialect.prefix == string("document\0session")
    assert dialect.opened(Right.WRITE) == [b"\x02\x02" + string("read-write")]
    assert dialect.opened(Right.READ) == [b"\x02\x02" + string("readonly")]
    assert dialect.greeted(b"\x00") == []
    assert dialect.asked(b"\x00") == [y_websocket.sync_step_1(b"\x00")]
    assert dialect.saved(2, 9) == [b"\x08\x01", b"\x08\x01"]
    assert hocuspocus.sync_status(saved=False) == b"\x08\x00"
    assert dialect.token_wanted() == [b"\x02\x00"]
    assert hocuspocus.PING == b"\x09"


def test_what_concerns_one_document_leaves_the_socket_open() -> None:
    dialect = HocuspocusDialect("document")
    denied = b"\x02\x01" + string("why")
    for error in (NotAllowed("why"), NotFound("why"), Unauthenticated("why")):
        assert not dialect.ends_socket(error)
        assert dialect.refused(error, joined=False) == [denied]
        assert dialect.refused(error, joined=True) == [denied, b"\x07" + string("why")]
    for final in (Malformed("why"), TooBig("why"), Overloaded("why")):
        assert dialect.ends_socket(final)
        assert dialect.refused(final, joined=True) == []


@pytest.mark.parametrize(
    ("sent", "token", "epoch"),
    [("abc", "abc", None), ("", "", None), ("a.b-c;epoch=12", "a.b-c", 12), (";epoch=1", "", 1)],
)
def test_13_a_token_may_carry_the_epoch_of_the_copy(sent: str, token: str, epoch: int | None) -> None:
    assert Token(sent).split() == (token, epoch)


@pytest.mark.parametrize(
    "sent", ["a;epoch=", "a;epoch=x", "a;epoch=-1", "a;epoch=1;epoch=2", "a;epoch=²", "a;epoch=1234567890"]
)
def test_13_an_epoch_that_is_no_number_is_malformed(sent: str) -> None:
    with pytest.raises(Malformed):
        Token(sent).split()


def test_13_the_epoch_is_told_to_those_who_can_hear_it() -> None:
    assert HocuspocusDialect("k").epoch(3) == [b"\x05" + string('{"epoch": 3}')]
    assert YWebSocketDialect(acknowledges=True).epoch(300) == [uint(102) + uint(300)]
    assert YWebSocketDialect(acknowledges=False).epoch(3) == []


def test_13_a_stale_copy_ends_its_document_alone() -> None:
    dialect = HocuspocusDialect("k")
    assert not dialect.ends_socket(StaleEpoch())
    assert dialect.refused(StaleEpoch(), joined=True) == [
        b"\x02\x01" + string("stale_epoch"),
        b"\x07" + string("stale_epoch"),
    ]
    assert YWebSocketDialect(acknowledges=False).ends_socket(StaleEpoch())
