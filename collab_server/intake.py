"""What an open document takes in: each offered update is held against all that is accepted, committed or not. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from collab_server.content import Content
from collab_server.protocol.update import Summary
from collab_server.session import Outcome

MAX_NEW_CLIENTS = 10_000
"""How many client ids one update may bring in: an imported document has one per visit of each of its authors."""

MAX_DELETIONS = 200_000
"""How many deleted runs one update may name: a board of 16 MiB has 25,000. Millions would hold up the loop for seconds."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An accepted update: whether it brings anything new, and which client ids are its sender's from now on."""

    news: bool
    new_clients: Sequence[int] = ()


_KNOWN = Taken(news=False)
_NEWS = Taken(news=True)


class Intake:
    """Counts everything in that it takes; `size` is in bytes of updates.

    readable: whether the document itself may be asked; not while it is being read again because something broke it.
    """

    def __init__(self, content: Content, *, max_bytes: int) -> None:
        self.size = content.size
        self.readable = True
        self._max_bytes = max_bytes
        self._content = content
        self._coverage = content.coverage()
        self._authorship = content.authorship

    def take(self, summary: Summary, size: int, person: UUID, *, may_write: bool) -> Taken | Outcome:
        """Take an update in, or say why not."""
        coverage, authorship = self._coverage, self._authorship
        if len(summary.deletes) > MAX_DELETIONS:
            return Outcome.TOO_MANY_DELETIONS
        if authorship.is_stale(summary):
            return Outcome.STALE_EPOCH
        if coverage.holds(summary) or not (may_write or self._brings_news(summary)):
            return _KNOWN
        if not may_write:
            return Outcome.READ_ONLY
        new_clients = authorship.introduced(summary, person, clocks=coverage.clocks)
        if new_clients is None:
            return Outcome.ANOTHER_AUTHOR
        if coverage.misses(summary):
            return Outcome.MISSING_EDITS
        if coverage.entangles(summary):
            return Outcome.ENTANGLED
        if len(new_clients) > MAX_NEW_CLIENTS:
            return Outcome.TOO_MANY_CLIENTS
        if self.size + size > self._max_bytes:
            return Outcome.DOCUMENT_FULL
        self.add(summary, size, new_clients, person)
        return Taken(news=True, new_clients=new_clients) if new_clients else _NEWS

    def add(self, summary: Summary, size: int, new_clients: Sequence[int] = (), person: UUID | None = None) -> None:
        """Count an update in that is accepted already."""
        self._coverage.add(summary)
        self.size += size
        if new_clients and person is not None:
            self._authorship.claim(new_clients, person)

    def hear(self, summary: Summary, size: int, author: UUID | None) -> None:
        """Count an update in that somebody else has appended to the log; `author`: whose what it brings is."""
        new_clients: Sequence[int] | None = ()
        if author is not None:
            new_clients = self._authorship.introduced(summary, author, clocks=self._coverage.clocks)
        self.add(summary, size, new_clients or (), author)

    def count_held(self, summaries: Sequence[Summary]) -> int:
        """Return how many of these updates are in what is accepted."""
        return sum(self._coverage.holds(summary) for summary in summaries)

    def is_stale(self, clients: Sequence[int]) -> bool:
        """Say whether some of these client ids are of an earlier epoch."""
        return self._authorship.are_stale(clients)

    def author(self, client: int) -> UUID | None:
        """Return whose a client id is; None where it is nobody's, or unknown."""
        return self._authorship.owner(client)

    def state_vector(self) -> bytes:
        """Return how far the accepted updates go."""
        return self._coverage.state_vector()

    def _brings_news(self, summary: Summary) -> bool:
        """Ask the document itself whether a reader's update would change it.

        Every copy deletes by itself what loses against a concurrent edit; no update ever says so.
        """
        if self.readable:
            self._coverage.learn_deletions(self._content.coverage())
        return not self._coverage.holds(summary)
