"""How long a room waits for a database that does not take its rows: ever longer between two attempts, and not for ever. Pure."""

from time import monotonic

FIRST_SECONDS = 0.1
LONGEST_SECONDS = 2.0
GIVE_UP_SECONDS = 10.0
"""After so long without a database the writers are told to come back later; they keep their edits."""


class Patience:
    """Begins anew with each success."""

    def __init__(self) -> None:
        self._failures = 0
        self._ends_at = 0.0

    def succeed(self) -> None:
        """Hear that the rows were taken."""
        self._failures = 0

    def fail(self) -> float | None:
        """Hear of a failure; return how long to wait (s), None where it has lasted too long."""
        now = monotonic()
        if self._failures == 0:
            self._ends_at = now + GIVE_UP_SECONDS
        if now >= self._ends_at:
            return None
        pause: float = min(FIRST_SECONDS * 2**self._failures, LONGEST_SECONDS)
        self._failures += 1
        return pause
