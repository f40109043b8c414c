"""Questions that come while others are being answered are asked together, and everybody gets its own answer."""

import asyncio
from collections.abc import Sequence

import pytest

from collab_server import gathering
from collab_server.gathering import Gathering


class Oracle:
    """Doubles numbers, when it is allowed to."""

    def __init__(self) -> None:
        self.asked: list[Sequence[int]] = []
        self.free = asyncio.Event()
        self.fails = False

    async def answer(self, questions: Sequence[int]) -> Sequence[int]:
        self.asked.append(questions)
        await self.free.wait()
        if self.fails:
            raise OSError("not today")
        return [2 * question for question in questions]


async def started(*questions: asyncio.Task[int]) -> None:
    """Let tasks run as far as they can."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_who_comes_while_one_is_answered_is_asked_for_together() -> None:
    oracle = Oracle()
    gathered = Gathering(oracle.answer)
    first = asyncio.create_task(gathered.ask(1))
    await started(first)
    others = [asyncio.create_task(gathered.ask(number)) for number in (2, 3, 4)]
    await started(*others)
    assert oracle.asked == [[1]]
    oracle.free.set()
    assert await asyncio.gather(first, *others) == [2, 4, 6, 8]
    assert oracle.asked == [[1], [2, 3, 4]]
    assert await gathered.ask(5) == 10


async def test_too_many_are_asked_for_in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MAX_TOGETHER", 2)
    oracle = Oracle()
    oracle.free.set()
    gathered = Gathering(oracle.answer)
    assert await asyncio.gather(*(gathered.ask(number) for number in range(5))) == [0, 2, 4, 6, 8]
    assert oracle.asked == [[0, 1], [2, 3], [4]]


async def test_a_failure_is_everybodys_who_asked_and_nobodys_who_asks_later() -> None:
    oracle = Oracle()
    oracle.fails = True
    oracle.free.set()
    gathered = Gathering(oracle.answer)
    failures = await asyncio.gather(gathered.ask(1), gathered.ask(2), return_exceptions=True)
    assert [type(failure) for failure in failures] == [OSError, OSError]
    oracle.fails = False
    assert await gathered.ask(3) == 6


async def test_who_gives_up_takes_nobody_along() -> None:
    oracle = Oracle()
    gathered = Gathering(oracle.answer)
    asked = [asyncio.create_task(gathered.ask(number)) for number in (1, 2)]
    await started(*asked)
    waiting = [asyncio.create_task(gathered.ask(number)) for number in (3, 4)]
    await started(*waiting)
    asked[0].cancel()
    waiting[0].cancel()
    await started()
    oracle.free.set()
    assert await asked[1] == 4
    assert await waiting[1] == 8
    assert oracle.asked == [[1, 2], [4]]


async def test_who_gives_up_while_it_fails_takes_nobody_along() -> None:
    oracle = Oracle()
    oracle.fails = True
    gathered = Gathering(oracle.answer)
    asked = [asyncio.create_task(gathered.ask(number)) for number in (1, 2)]
    await started(*asked)
    asked[0].cancel()
    await started()
    oracle.free.set()
    with pytest.raises(OSError, match="not today"):
        await asked[1]
