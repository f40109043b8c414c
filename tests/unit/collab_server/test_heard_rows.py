"""Rules 2 and 17: what others have told of the log."""

import asyncio

import pytest

from collab_server import heard_rows
from collab_server.heard_rows import HeardRows
from collab_server.ports import CommittedRow


def row(seq: int) -> CommittedRow:
    return CommittedRow(seq, bytes([seq]), None)


def test_2_rows_are_given_in_the_logs_order_whatever_order_they_came_in() -> None:
    heard = HeardRows()
    heard.hear(7, [row(6), row(7)])
    heard.hear(5, [row(5)])
    assert heard.seq == 7
    assert heard.between(4, 7) == [row(5), row(6), row(7)]
    assert heard.between(7, 7) == []


def test_2_a_gap_is_nothing_to_go_on_with() -> None:
    heard = HeardRows()
    heard.hear(9, [row(7)])
    assert heard.between(5, 7) is None
    assert heard.between(6, 8) is None
    assert heard.between(6, 7) == [row(7)]


def test_2_what_is_applied_is_forgotten() -> None:
    heard = HeardRows()
    heard.forget(3)
    heard.hear(3, [row(1), row(2), row(3)])
    heard.forget(2)
    assert heard.between(0, 3) is None
    assert heard.between(2, 3) == [row(3)]


def test_11_only_so_many_rows_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heard_rows, "MAX_ROWS", 2)
    heard = HeardRows()
    heard.hear(2, [row(1), row(2)])
    heard.hear(3, [row(3)])
    assert heard.seq == 3
    assert heard.between(2, 3) is None


async def test_2_rows_that_are_on_their_way_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heard_rows, "LATE_SECONDS", 30)
    heard = HeardRows()
    heard.hear(3, [])
    waiting = asyncio.create_task(heard.soon(1, 3))
    await asyncio.sleep(0)
    heard.hear(3, [row(3)])
    await asyncio.sleep(0)
    assert not waiting.done()
    heard.hear(2, [row(2)])
    assert await waiting == [row(2), row(3)]


async def test_2_rows_that_do_not_come_are_not_waited_for_any_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heard_rows, "LATE_SECONDS", 0)
    heard = HeardRows()
    heard.hear(3, [row(3)])
    assert await heard.soon(1, 3) is None
    assert await heard.soon(2, 3) == [row(3)]
