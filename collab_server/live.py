"""The engine's public face: what the rest of the house may ask of open documents."""

from typing import Protocol
from uuid import UUID


class LiveDocuments(Protocol):
    """Open documents, wherever they are open."""

    async def access_changed(self, *, user_id: UUID | None = None, document_id: UUID | None = None) -> None:
        """Decide again about the open sessions that match (None matches all); in force when it returns.

        Call it after the transaction that changed a role, a membership, a right, a document's existence or a login has
        committed.
        """
