"""Do the work of a repeated request once: the ``Idempotency-Key`` header."""

import hashlib
import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Header, Request
from pydantic import BaseModel

from auth.actions import Person
from auth.dependencies import CurrentPerson, RequestTransaction
from persistence.database import Transaction
from persistence.idempotency import earlier_answer, keep_answer

KEY_MAX_CHARS = 200
CREATED = 201

Made = TypeVar("Made", bound=BaseModel)

IdempotencyKeyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=KEY_MAX_CHARS,
        pattern=r"^[\x21-\x7e]+$",
        description="A word of the client's choice. The same request with the same key is carried out once.",
    ),
]


async def once(
    transaction: Transaction,
    *,
    person: Person,
    key: str | None,
    request: tuple[str, Any],
    answer: type[Made],
    create: Callable[[], Awaitable[Made]],
) -> Made:
    """Create something, or return the answer that the same request got before.

    Args:
        transaction: what creates it; the answer is kept in the same transaction.
        person: who asks; keys of different people have nothing to do with each other.
        key: the ``Idempotency-Key``, or None to always create.
        request: the path and the JSON value that make two requests the same.
        answer: the model of the answer.
        create: does the work.

    Raises:
        KeyReused: the key was used for another request.
    """
    if key is None:
        return await create()
    request_hash = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).digest()
    session = transaction.session
    earlier = await earlier_answer(session, user_id=person.id, key=key, request_hash=request_hash)
    if earlier is not None:
        return answer.model_validate(earlier)
    made = await create()
    keep_answer(
        session,
        user_id=person.id,
        key=key,
        request_hash=request_hash,
        status=CREATED,
        response=made.model_dump(mode="json"),
    )
    return made


class Once:
    """Carry out the creation that a JSON request asks for, once per key."""

    def __init__(self, *, path: str, transaction: Transaction, person: Person, key: str | None) -> None:
        self._path = path
        self._transaction = transaction
        self._person = person
        self._key = key

    async def create(self, body: BaseModel, answer: type[Made], create: Callable[[], Awaitable[Made]]) -> Made:
        """Create what ``body`` describes, or return the answer that the same request got before."""
        return await once(
            self._transaction,
            person=self._person,
            key=self._key,
            request=(self._path, body.model_dump(mode="json")),
            answer=answer,
            create=create,
        )


# A coroutine, because FastAPI takes classes to a thread as it does plain functions.
async def once_per_key(
    request: Request, transaction: RequestTransaction, person: CurrentPerson, key: IdempotencyKeyHeader = None
) -> Once:
    """Return what carries out the creation that this request asks for."""
    return Once(path=request.url.path, transaction=transaction, person=person, key=key)


OncePerKey = Annotated[Once, Depends(once_per_key)]
