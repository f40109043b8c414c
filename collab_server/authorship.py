"""Whose each Yjs client id of a document is (SPEC rule 5). Pure.

A client id belongs to the person on whose connection it first added something; that stays so for as long as the document
exists, so that the log says truly who wrote what. An id that the document holds and that has no owner was written by the
server itself (initial content), and nobody may continue it.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from uuid import UUID

from collab_server.protocol.update import Summary


class Authorship:
    """The owners of one document's client ids.

    retired: the ids of earlier epochs. A restored document is written under new ones, so whoever mentions these brings a
    copy from before (SPEC rule 13).
    """

    __slots__ = ("_owners", "_retired")

    def __init__(self, ids_of: Mapping[UUID, Iterable[int]], *, retired: Iterable[int] = ()) -> None:
        self._retired = frozenset(retired)
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

    def owner(self, client: int) -> UUID | None:
        """Return whose a client id is; None where it is nobody's, or unknown."""
        return self._owners.get(client)

    def are_stale(self, clients: Iterable[int]) -> bool:
        """Say whether these client ids are of an earlier epoch, or some of them."""
        return not self._retired.isdisjoint(clients)

    def is_stale(self, summary: Summary) -> bool:
        """Say whether an update comes from a copy of an earlier epoch."""
        if not self._retired:
            return False
        touched = chain(summary.adds, summary.deletes)
        return self.are_stale(client for client, _, _ in touched) or self.are_stale(summary.needs)

    def clients(self) -> Iterable[int]:
        """Return all client ids that have an owner, or had one in an earlier epoch."""
        return chain(self._owners, self._retired)

    def unowned(self, clients: Iterable[int]) -> list[int]:
        """Return those of the client ids that are nobody's."""
        return [client for client in clients if client not in self._owners]

    def claim(self, ids: Iterable[int], person: UUID) -> None:
        """Give new ids to the person who brought them."""
        for client in ids:
            self._owners[client] = person
