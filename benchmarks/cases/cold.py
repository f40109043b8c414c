"""The first one in the morning opens a document with a long history."""

from benchmarks.cases.base import LONGEST_SECONDS, Case, Figure, Outcome
from benchmarks.load import Client, Load
from benchmarks.servers.base import Server
from benchmarks.writers import content_of, history

LENGTH = 100_000


class Cold(Case):
    """The server has just started and does not have the document in memory.

    `first` is the very first opening of what was stored; `again` is one after the server was stopped and started once more,
    when it has had the chance to tidy up.
    """

    name = "cold"
    title = "cold open of a document with 100,000 updates of history"
    reach = "≤ 0.15 s"
    figures = (Figure("again", "s", digits=3), Figure("first", "s", digits=3))
    needs_documents = True

    def run(self, server: Server, *, quick: bool) -> Outcome:
        """See Case."""
        updates, content = history(LENGTH // 10 if quick else LENGTH)
        small, room = server.new_rooms(2, people=2)
        server.load_history(room, updates)
        found = Outcome()
        for figure in ("first", "again"):
            server.stop()
            server.start()
            _open(server, small, {})
            found.figures[figure], whole = _open(server, room, content)
            if not whole:
                found.faults.append(f"{figure}: the content is not what was written")
        return found


def _open(server: Server, room: str, content: object) -> tuple[float, bool]:
    """Open a document; return the seconds until its content was complete, and whether it ever was."""
    load = Load()
    try:
        client = Client(server.target(room, person=0))
        load.join([client], limit=LONGEST_SECONDS)
        whole = False
        # A server may answer with nothing at first and pass the content on when it has read it.
        for _ in range(30):
            load.settle()
            whole = content_of(*client.document) == content
            if whole:
                break
        return client.last_at - client.started_at, whole
    finally:
        load.close()
