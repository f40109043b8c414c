"""Whose each Yjs client id of a document is (SPEC rule 5). Pure.

A client id belongs to the person on whose connection it first added something; that stays so for as long as the document
exists, so that the log says truly who wrote what. An id that the document holds and that has no owner was written by the
server itself (initial content), and nobody may continue it.
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from collab_server.protocol.update import Summary


class Authorship:
    """The owners of one document's client ids."""

    __slots__ = ("_owners",)

    def __init__(self, ids_of: Mapping[UUID, Iterable[int]]) -> None:
        self._owners: dict[int, UUID] = {}
        for person, ids in ids_of.items():
            self._owners.update(dict.fromkeys(ids, person))

    def introduced(self, summary: Summary, person: UUID, *, clocks: Mapping[int, int]) -> Sequence[int] | None:
        """Return the client ids that an update of this person brings into the document; None where one is not theirs.

        clocks: how far the document goes. What it holds already says nothing about who sends it again: every copy holds
        the edits of others too.
        """
        fresh: list[int] | None = None
        for client, _, end in summary.adds:
            known = clocks.get(client, 0)
            if end <= known:
                continue
            owner = self._owners.get(client)
            if owner == person:
                continue
            if owner is not None or known:
                return None
            if fresh is None:
                fresh = []
            fresh.append(client)
        return fresh or ()

    def claim(self, ids: Iterable[int], person: UUID) -> None:
        """Give new ids to the person who brought them."""
        for client in ids:
            self._owners[client] = person
