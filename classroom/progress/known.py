"""What need not be asked again: who has certainly come how far with which document."""

import time
from collections.abc import Callable, Mapping
from uuid import UUID

from documents.progress import State

MAX_ENTRIES = 50_000
# Another node may have taken a state back by hand, and its word may be lost; after this long it is looked up again.
KNOWN_SECONDS = 1800.0


class KnownProgress:
    """Remembers, in this process, what the rows say already, so that reopening a document costs no transaction."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        max_entries: int = MAX_ENTRIES,
        tell_nodes: Callable[[Mapping[str, str]], None] = lambda _: None,
    ) -> None:
        """`tell_nodes`: lets the other nodes know what to forget, too; there `hear` is called with it."""
        self._clock = clock
        self._tell_nodes = tell_nodes
        self._max_entries = max_entries
        self._entries: dict[tuple[UUID, UUID], tuple[int, float]] = {}

    def holds(self, document_id: UUID, user_id: UUID, state: State) -> bool:
        """Tell whether this person has certainly come this far with this document, or is not counted with it at all."""
        entry = self._entries.get((document_id, user_id))
        return entry is not None and entry[0] >= state.rank and entry[1] > self._clock()

    def learn(self, document_id: UUID, user_id: UUID, state: State) -> None:
        """Remember that there is nothing to record up to this state."""
        key = (document_id, user_id)
        self._entries.pop(key, None)
        while len(self._entries) >= self._max_entries:
            del self._entries[next(iter(self._entries))]
        self._entries[key] = (state.rank, self._clock() + KNOWN_SECONDS)

    def forget(self, *, document_id: UUID | None = None, user_id: UUID | None = None) -> None:
        """Look again at what fits (None fits all): a state was taken back, or somebody is something else in a class now."""
        self._forget(document_id, user_id)
        ids = {"document": document_id, "user": user_id}
        self._tell_nodes({name: str(value) for name, value in ids.items() if value is not None})

    def hear(self, told: Mapping[str, str]) -> None:
        """Forget what another node has said to."""
        document_id, user_id = (UUID(told[name]) if name in told else None for name in ("document", "user"))
        self._forget(document_id, user_id)

    def _forget(self, document_id: UUID | None, user_id: UUID | None) -> None:
        if document_id is not None and user_id is not None:
            self._entries.pop((document_id, user_id), None)
            return
        for key in list(self._entries):
            if document_id in (None, key[0]) and user_id in (None, key[1]):
                del self._entries[key]
