"""A document from its snapshot and the rows after it."""

from unittest.mock import patch

import pytest

from collab_server import merging
from collab_server.merging import DifferentState, Unappliable, UnreadableSnapshot, covered, merge, replayed
from tests.raw_client import Author

BROKEN = b"\xff\xff\xff"


def test_3_what_is_merged_holds_what_the_rows_do() -> None:
    author = Author(1)
    rows = [(seq, author.set(str(seq % 3), seq)) for seq in range(1, 20)]
    whole = merge(None, rows)
    assert covered(replayed(whole.state, ())) == covered(replayed(None, rows))
    assert whole.clocks == {1: 19}
    assert merge(merge(None, rows[:9]).state, rows[9:]) == whole


def test_3_a_state_that_is_not_the_document_is_not_returned() -> None:
    forgetting = patch.object(merging, "replayed", lambda _state, tail: replayed(None, tail))
    with forgetting, pytest.raises(DifferentState):
        merge(None, [(1, Author(1).set("a", 1))])


def test_4_a_row_and_a_snapshot_that_cannot_be_applied_are_told_apart() -> None:
    author = Author(1)
    with pytest.raises(Unappliable) as raised:
        merge(None, [(1, author.set("a", 1)), (2, BROKEN)])
    assert raised.value.seq == 2
    with pytest.raises(UnreadableSnapshot):
        merge(BROKEN, [(3, author.set("a", 2))])
