"""Ask many small questions in few large ones: what comes while some are being answered is asked together afterwards.

Who comes alone waits for nobody; when a class comes at once, it costs what one of them costs.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")

MAX_TOGETHER = 500


class Gathering(Generic[Question, Answer]):
    """`answer`: gives one answer for each question, in order; what it raises, all of them get."""

    def __init__(self, answer: Callable[[Sequence[Question]], Awaitable[Sequence[Answer]]]) -> None:
        self._answer = answer
        self._waiting: list[tuple[Question, asyncio.Future[Answer]]] = []
        self._task: asyncio.Task[None] | None = None

    async def ask(self, question: Question) -> Answer:
        """Return the answer to a question."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answer))
        if self._task is None:
            self._task = asyncio.create_task(self._answer_all())
        return await answer

    async def _answer_all(self) -> None:
        try:
            while self._waiting:
                asked, self._waiting = self._waiting[:MAX_TOGETHER], self._waiting[MAX_TOGETHER:]
                await self._answer_these(asked)
        finally:
            self._task = None

    async def _answer_these(self, asked: Sequence[tuple[Question, asyncio.Future[Answer]]]) -> None:
        # Who asked may be gone by now, and its future cancelled.
        waiting = [(question, future) for question, future in asked if not future.done()]
        try:
            answers = await self._answer([question for question, _ in waiting])
        except Exception as error:  # noqa: BLE001 -- each of those who asked must hear of it
            for _, future in waiting:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), answer in zip(waiting, answers, strict=True):
            if not future.done():
                future.set_result(answer)
