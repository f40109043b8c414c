"""New ids for old ones. Pure."""

from collections.abc import Callable
from uuid import UUID


class References:
    """Give everything of an archive the id that it has here.

    What the archive only mentions, but does not hold, gets an id that means nothing: whatever an archive says, it cannot point to
    something of this server.
    """

    def __init__(self, new_id: Callable[[], UUID]) -> None:
        self._new_id = new_id
        self._new: dict[UUID, UUID] = {}
        self._held: set[UUID] = set()

    def add(self, old: UUID, new: UUID | None = None) -> UUID:
        """Take something in that the archive holds, and return its new id.

        Raises:
            ValueError: something else has this id.
        """
        if old in self._new:
            raise ValueError("an id stands for two things")
        self._new[old] = new or self._new_id()
        self._held.add(old)
        return self._new[old]

    def __getitem__(self, old: UUID) -> UUID:
        """Return the new id of something that the archive holds or mentions."""
        if old not in self._new:
            self._new[old] = self._new_id()
        return self._new[old]

    def held(self, old: UUID) -> UUID | None:
        """Return the new id of something, or None where the archive does not hold it."""
        return self._new[old] if old in self._held else None
