"""What a session asks of whatever carries its video."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class VideoPerson:
    """Who wants to join; a teacher of the class leads the room."""

    id: UUID
    name: str
    email: str
    teaches: bool


@dataclass(frozen=True, slots=True)
class VideoAccess:
    """All that a browser needs to join a room as one person.

    provider: what the browser has to speak. url: the provider's origin. domain: its host name (and port). token: the right to
    join, a secret of this person. expires_at: until when the token opens the room.
    """

    provider: Literal["jitsi"]
    url: str
    domain: str
    room: str
    token: str
    expires_at: datetime


class VideoProvider(Protocol):
    """Carries the video of sessions."""

    @property
    def origin(self) -> str:
        """Return the only origin, besides our own, from which pages load scripts and frames."""

    def join(self, *, room: str, person: VideoPerson, until: datetime) -> VideoAccess:
        """Let a person join a room until a moment."""
