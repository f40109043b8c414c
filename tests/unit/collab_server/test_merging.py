"""A document from its snapshot and the rows after it."""

from unittest.mock import patch

import pytest
from pycrdt import Text

from collab_server import compiled, merging
from collab_server.merging import DifferentState, Unappliable, UnreadableSnapshot, covered, merge, replayed
from collab_server.protocol.characters import NO_HALVES
from collab_server.protocol.codec import string
from tests.raw_client import Author

BROKEN = b"\xff\xff\xff"


def test_3_what_is_merged_holds_what_the_rows_do() -> None:
    author = Author(1)
    rows = [(seq, author.set(str(seq % 3), seq)) for seq in range(1, 20)]
    whole = merge(None, rows)
    assert covered(replayed(whole.state, ())[0]) == covered(replayed(None, rows)[0])
    assert whole.clocks == {1: 19}
    assert merge(merge(None, rows[:9]).state, rows[9:], whole.halves) == whole


@pytest.mark.parametrize("spoilt", [None, b"", b"\x05"])
def test_3_what_is_known_of_characters_is_kept_with_the_state_and_found_again_without(spoilt: bytes | None) -> None:
    text = b"\x01\x01\x01\x00\x04\x01\x01t" + string("a🎓") + b"\x00"
    cut = b"\x00\x01\x01\x01\x01\x01"
    whole = merge(None, [(1, text)])
    assert whole.halves != NO_HALVES
    for halves in (whole.halves, spoilt):
        doc, known = replayed(whole.state, [(2, cut)], halves=halves)
        assert str(doc.get("t", type=Text)) == "a\ufffd"
        assert known.encode() == NO_HALVES


@pytest.mark.skipif(
    compiled.in_use(), reason="machine code calls the function itself, not what is patched in its place"
)
def test_3_a_state_that_is_not_the_document_is_not_returned() -> None:
    forgetting = patch.object(merging, "replayed", lambda _state, tail, **_: replayed(None, tail))
    with forgetting, pytest.raises(DifferentState):
        merge(None, [(1, Author(1).set("a", 1))])


def test_4_a_row_and_a_snapshot_that_cannot_be_applied_are_told_apart() -> None:
    author = Author(1)
    with pytest.raises(Unappliable) as raised:
        merge(None, [(1, author.set("a", 1)), (2, BROKEN)])
    assert raised.value.seq == 2
    with pytest.raises(UnreadableSnapshot):
        merge(BROKEN, [(3, author.set("a", 2))])
