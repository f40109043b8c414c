"""The engine as a whole: the open rooms, the sessions in them, and who decides about both."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from collab_server.metrics import Metrics
from collab_server.ports import Admission, Doorkeeper, UpdateLog
from collab_server.quotas import Shares
from collab_server.registry import Registry, RegistryLimits
from collab_server.session import SessionLimits


@dataclass(frozen=True, slots=True)
class EngineLimits:
    """Every bound of the engine; None: unbounded."""

    registry: RegistryLimits
    session: SessionLimits
    outbox_max_bytes: int
    authentication_seconds: float
    documents_per_socket: int = 64
    messages_per_second: int = 1_000
    sockets_per_person: int | None = None
    sockets_per_address: int | None = None
    loopback_unbounded: bool = False


class OpenSession(Protocol):
    """A session that takes part in a document."""

    admission: Admission | None

    async def review(self) -> None:
        """Decide again what this person may do here."""


class Engine:
    """Implements live.LiveDocuments."""

    def __init__(self, log: UpdateLog, doorkeeper: Doorkeeper, *, limits: EngineLimits, metrics: Metrics) -> None:
        self.doorkeeper = doorkeeper
        self.limits = limits
        self.metrics = metrics
        self.registry = Registry(log, limits=limits.registry, metrics=metrics)
        self.sockets_of_people = Shares(limits.sockets_per_person, reason="too_many_connections")
        self.sockets_of_addresses = Shares(limits.sockets_per_address, reason="too_many_connections")
        self.access_version = 0
        self._sessions: set[OpenSession] = set()

    def entered(self, session: OpenSession) -> None:
        """Count a session that has joined its room."""
        self._sessions.add(session)
        self.metrics.sessions.set(len(self._sessions))

    def left(self, session: OpenSession) -> None:
        """Forget a session."""
        self._sessions.discard(session)
        self.metrics.sessions.set(len(self._sessions))

    async def access_changed(self, *, user_id: UUID | None = None, document_id: UUID | None = None) -> None:
        """See live.LiveDocuments."""
        self.access_version += 1
        await asyncio.gather(*(session.review() for session in self._matching(user_id, document_id)))

    async def close(self) -> None:
        """Commit what was accepted, then send everyone away with 1012."""
        await self.registry.close()

    def _matching(self, user_id: UUID | None, document_id: UUID | None) -> Iterable[OpenSession]:
        for session in self._sessions:
            admission = session.admission
            if (
                admission is not None
                and user_id in (None, admission.participant.id)
                and document_id in (None, admission.document_id)
            ):
                yield session
