"""What can go wrong between a client and the engine, and the close code each gets.

    EngineError
    ├── Malformed        4400  bytes that are not the protocol
    ├── Unauthenticated  4401  token missing, expired or revoked
    ├── NotAllowed       4403  a write without the right to write
    ├── NotFound         4404  no such document, or none for this person
    ├── StaleEpoch       4409  a copy from before the document was restored
    ├── TooSlow          4408  no authentication in time
    ├── TooMany          4429  more messages than the limit
    ├── TooBig           1009  a message above its bound
    ├── Overloaded       1013  try again later
    │   └── ReadingTooSlowly   what waits for the peer is above its bound
    └── Restarting       1012  come back at once

Codes 4400 to 4499 are final: a client must not try again unchanged. `reason` is sent to the client, so it never holds
content, tokens or names.
"""


class EngineError(Exception):
    """End a session (or its whole socket) with `code` and say `reason`, at most 123 bytes, in the close frame."""

    code = 1011

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Malformed(EngineError):
    """The peer sent bytes that do not follow the protocol."""

    code = 4400


class Unauthenticated(EngineError):
    """The access token is missing, expired, revoked or not ours."""

    code = 4401


class NotAllowed(EngineError):
    """The person may open the document but not do this to it."""

    code = 4403


class NotFound(EngineError):
    """There is no such document, or none for this person."""

    code = 4404


class StaleEpoch(EngineError):
    """The copy is from before the document was restored; the client drops it and loads the document anew."""

    code = 4409

    def __init__(self) -> None:
        super().__init__("stale_epoch")


class TooSlow(EngineError):
    """No authentication arrived before the deadline."""

    code = 4408


class TooMany(EngineError):
    """The peer exceeded a bound on the number of messages, documents or connections."""

    code = 4429


class TooBig(EngineError):
    """One message, or the document it would grow, is above its bound."""

    code = 1009


class Overloaded(EngineError):
    """The server cannot take this now; the client keeps its edits and tries again."""

    code = 1013


class ReadingTooSlowly(Overloaded):
    """The peer does not read what it is sent; it asks for what it lacks when it comes back."""

    def __init__(self) -> None:
        super().__init__("reading_too_slowly")


class Restarting(EngineError):
    """The server or the room goes away for a moment; the client reconnects at once."""

    code = 1012
