"""The bodies of requests and answers about erasing an account."""

from uuid import UUID

from auth.http.schemas import Answer, RequestBody
from auth.recovery.schemas import KnownPassword


class Erasure(RequestBody):
    """The present password, to prove who asks; empty for who has none and has signed in just now."""

    password: KnownPassword = ""


class ClassToHandOver(Answer):
    """A class that would be left without a teacher."""

    id: UUID
    title: str


class ErasureHindrances(Answer):
    """What keeps an account from being erased; nothing, where it is empty."""

    classes: list[ClassToHandOver]
