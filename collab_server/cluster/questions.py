"""Questions that a node asks all the others, and what it answers to theirs."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import structlog

from collab_server.cluster.envelope import Kind

ANSWER_SECONDS = 1.0

Question = Mapping[str, Any]
Answer = Mapping[str, Any]
Answerer = Callable[[Question], Awaitable[Answer]]

_log = structlog.get_logger(__name__)


class _Asked(NamedTuple):
    """A question on its way: who has not answered yet, what the others said, and when that is all."""

    waits_for: set[UUID]
    answers: list[Answer]
    complete: asyncio.Event


class Questions:
    """`say(kind, body)` reaches all nodes. A question's number goes before it, and before its answers."""

    def __init__(self, say: Callable[[Kind, bytes], None]) -> None:
        self._say = say
        self._answerers: dict[str, Answerer] = {}
        self._asked: dict[UUID, _Asked] = {}

    def answer_with(self, answerers: Mapping[str, Answerer]) -> None:
        """Have other nodes' questions answered, each kind (the question's `do`) by its own."""
        self._answerers.update(answerers)

    async def ask(self, question: Question, *, of: Collection[UUID]) -> Sequence[Answer]:
        """Ask these nodes; one that does not answer within a moment is left out."""
        asked = _Asked(set(of), [], asyncio.Event())
        if not asked.waits_for:
            return []
        number = uuid4()
        self._asked[number] = asked
        try:
            self._say(Kind.QUESTION, number.bytes + json.dumps(question).encode())
            with suppress(TimeoutError):
                async with asyncio.timeout(ANSWER_SECONDS):
                    await asked.complete.wait()
        finally:
            del self._asked[number]
        return asked.answers

    async def answer(self, body: bytes) -> None:
        """Answer another node's question."""
        try:
            question = json.loads(body[16:])
            answer = await self._answerers[question["do"]](question)
        except Exception as error:  # noqa: BLE001 -- whoever asks does without our answer
            _log.warning("question of another node not answered", error=type(error).__name__)
        else:
            self._say(Kind.ANSWER, body[:16] + json.dumps(answer).encode())

    def take_answer(self, sender: UUID, body: bytes) -> None:
        """Hear an answer; one that nobody waits for counts for nothing."""
        asked = self._asked.get(UUID(bytes=body[:16]))
        if asked is not None and sender in asked.waits_for:
            asked.waits_for.remove(sender)
            asked.answers.append(json.loads(body[16:]))
            if not asked.waits_for:
                asked.complete.set()
