"""What clients and the server say to each other about one document, whatever the dialect."""

from dataclasses import dataclass

from collab_server.errors import Malformed
from collab_server.protocol.awareness import PresenceEntry

_MAX_EPOCH_DIGITS = 9


@dataclass(frozen=True, slots=True)
class SyncStep1:
    """Asks for everything that is missing from the sender's `state_vector` (encoded as Yjs does)."""

    state_vector: bytes


@dataclass(frozen=True, slots=True)
class SyncStep2:
    """Answers SyncStep1 with one Yjs update (v1)."""

    update: bytes


@dataclass(frozen=True, slots=True)
class Update:
    """One Yjs update (v1) as it happened."""

    update: bytes


@dataclass(frozen=True, slots=True)
class Presence:
    """New states of some clients; `size` in bytes, as received."""

    entries: tuple[PresenceEntry, ...]
    size: int


@dataclass(frozen=True, slots=True)
class QueryPresence:
    """Asks for the states of all clients."""


@dataclass(frozen=True, slots=True)
class Token:
    """Carries the sender's access token: the first of a session, or a fresh one for a session that goes on.

    Behind it a client that keeps copies may say from which epoch its copy is: `token;epoch=2`.
    """

    token: str

    def split(self) -> tuple[str, int | None]:
        """Return the access token alone, and the epoch of the sender's copy where it says so; raises Malformed."""
        token, claims, number = self.token.partition(";epoch=")
        if not claims:
            return token, None
        if not (number.isascii() and number.isdigit() and len(number) <= _MAX_EPOCH_DIGITS):
            raise Malformed("epoch is not a number")
        return token, int(number)


@dataclass(frozen=True, slots=True)
class Stateless:
    """Carries text outside the document. Nobody here listens; it is read so that a stock client may send it."""

    payload: str


@dataclass(frozen=True, slots=True)
class Leave:
    """Ends the session for this document; the socket stays."""


@dataclass(frozen=True, slots=True)
class Pong:
    """Answers a ping of the socket."""


Message = SyncStep1 | SyncStep2 | Update | Presence | QueryPresence | Token | Stateless | Leave | Pong
