"""What polls need besides the database; put together once, in ``collab_server.app``."""

import time
from dataclasses import dataclass, field

from auth.throttle import Throttle
from classroom.polls.anonymity import BallotKey
from classroom.polls.ballot_box import BallotBox
from classroom.polls.closing import ClosingBell
from collab_server.live import LiveDocuments
from persistence.database import Database

ANONYMOUS_QUESTIONS = 10
ANONYMOUS_QUESTIONS_SECONDS = 600.0


def _questions() -> Throttle:
    # Of anonymous questions nothing may be kept that says who asked: they are counted in memory only.
    return Throttle(ANONYMOUS_QUESTIONS, window_seconds=ANONYMOUS_QUESTIONS_SECONDS, clock=time.monotonic)


@dataclass(frozen=True, slots=True, kw_only=True)
class PollDesk:
    """The ballots on their way, the clock, and the key of anonymous ballots."""

    box: BallotBox
    bell: ClosingBell
    key: BallotKey
    anonymous_questions: Throttle = field(default_factory=_questions)

    @classmethod
    def of(cls, database: Database, live: LiveDocuments, *, secret_key: str) -> "PollDesk":
        """Put the desk together."""
        key = BallotKey(secret_key)
        return cls(box=BallotBox(database, live, key), bell=ClosingBell(database, live, key), key=key)
