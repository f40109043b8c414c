"""How a session's answers look in each dialect. Pure: every method returns the messages to send, in order.

`prefix` stands before every message of the session, so that a room can frame an update once for all sessions that share it.
"""

from typing import Protocol

from collab_server.errors import EngineError, NotAllowed, NotFound, StaleEpoch, Unauthenticated
from collab_server.ports import Right
from collab_server.protocol import hocuspocus, y_websocket


class Dialect(Protocol):
    """What differs between the dialects."""

    @property
    def name(self) -> str:
        """Return what people call the dialect."""

    @property
    def prefix(self) -> bytes:
        """Return what stands before every message of this session."""

    def opened(self, right: Right) -> list[bytes]:
        """Tell that the session is open, or has another right from now on."""

    def epoch(self, number: int) -> list[bytes]:
        """Tell the document's epoch."""

    def asked(self, state_vector: bytes) -> list[bytes]:
        """Tell, after answering the client's SyncStep1, what the server wants to have."""

    def greeted(self, state_vector: bytes) -> list[bytes]:
        """Say what the server says first in an open session."""

    def saved(self, newly: int, total: int) -> list[bytes]:
        """Tell that `newly` more of the client's document messages are committed, `total` since the session opened."""

    def token_wanted(self) -> list[bytes]:
        """Ask for a fresh token, where the dialect can."""

    def refused(self, error: EngineError, *, joined: bool) -> list[bytes]:
        """Say why the session ends."""

    def ends_socket(self, error: EngineError) -> bool:
        """Say whether the error closes the whole socket."""


class YWebSocketDialect:
    """One document per socket. `acknowledges`: the client speaks `lectern.v1`."""

    name = "y-websocket"
    prefix = b""

    def __init__(self, *, acknowledges: bool) -> None:
        self._acknowledges = acknowledges

    def opened(self, right: Right) -> list[bytes]:
        """Only `lectern.v1` has a message for it."""
        return [y_websocket.access(may_write=right is Right.WRITE)] if self._acknowledges else []

    def epoch(self, number: int) -> list[bytes]:
        """Only `lectern.v1` has a message for it."""
        return [y_websocket.epoch(number)] if self._acknowledges else []

    def greeted(self, state_vector: bytes) -> list[bytes]:
        """As the reference server does, ask for what the client has."""
        return [y_websocket.sync_step_1(state_vector)]

    def asked(self, state_vector: bytes) -> list[bytes]:
        """Asked already, when greeting."""
        return []

    def saved(self, newly: int, total: int) -> list[bytes]:
        """Only `lectern.v1` has a message for it."""
        return [y_websocket.saved(total)] if self._acknowledges else []

    def token_wanted(self) -> list[bytes]:
        """A stock client cannot renew on an open socket: it is closed when the token ends."""
        return []

    def refused(self, error: EngineError, *, joined: bool) -> list[bytes]:
        """Give the reason; the close code follows."""
        return [y_websocket.permission_denied(error.reason)]

    def ends_socket(self, error: EngineError) -> bool:
        """The document is the socket."""
        return True


class HocuspocusDialect:
    """Many documents per socket, told apart by `key`."""

    name = "hocuspocus"

    def __init__(self, key: str) -> None:
        self._prefix = hocuspocus.frame_prefix(key)

    @property
    def prefix(self) -> bytes:
        """Return the routing key."""
        return self._prefix

    def opened(self, right: Right) -> list[bytes]:
        """Give the scope; the provider takes a new one at any time."""
        return [hocuspocus.authenticated(may_write=right is Right.WRITE)]

    def epoch(self, number: int) -> list[bytes]:
        """The provider hands it to whoever listens."""
        return [hocuspocus.epoch(number)]

    def greeted(self, state_vector: bytes) -> list[bytes]:
        """The client speaks first."""
        return []

    def asked(self, state_vector: bytes) -> list[bytes]:
        """Ask in return, as the reference server does."""
        return [y_websocket.sync_step_1(state_vector)]

    def saved(self, newly: int, total: int) -> list[bytes]:
        """The provider counts one status for each of its messages."""
        return [hocuspocus.sync_status(saved=True)] * newly

    def token_wanted(self) -> list[bytes]:
        """Ask the provider to send its token again."""
        return [hocuspocus.token_request()]

    def refused(self, error: EngineError, *, joined: bool) -> list[bytes]:
        """Deny; a session that was open is closed as well."""
        if self.ends_socket(error):
            return []
        denied = [hocuspocus.permission_denied(error.reason)]
        return [*denied, hocuspocus.close(error.reason)] if joined else denied

    def ends_socket(self, error: EngineError) -> bool:
        """What concerns one document leaves the others alone."""
        return not isinstance(error, NotAllowed | NotFound | StaleEpoch | Unauthenticated)
