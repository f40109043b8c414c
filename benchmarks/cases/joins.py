"""A school comes back at once to a large document."""

from benchmarks.cases.base import Case, Figure, Outcome
from benchmarks.load import Client, Load
from benchmarks.machine import forget_peak, memory_mb
from benchmarks.servers.base import Server
from benchmarks.writers import content_of, large_document

SIZE = 1_900_000
WITHIN_SECONDS = 1.0


class Joins(Case):
    """The document is in the server's memory, as it is after a network failure in the middle of a lesson."""

    name = "joins"
    title = "300 join a 1.9 MB document within 1 s"
    reach = "≤ 0.2 of the best Node peer; peak ≤ 150 MB"
    figures = (
        Figure("all have it", "s", digits=2),
        Figure("after the last", "s", digits=2),
        Figure("peak", "MB", digits=0),
        Figure("before", "MB", digits=0),
        Figure("cpu", "ms/join", digits=2),
    )
    needs_documents = True

    def run(self, server: Server, *, quick: bool) -> Outcome:
        """See Case."""
        people = 60 if quick else 300
        (room,) = server.new_rooms(1, people=people)
        document = large_document(SIZE)
        content = content_of(document)
        load = Load()
        try:
            author = Client(server.target(room, person=0))
            load.join([author])
            load.say(author, author.target.state(document))
            # Taken in beside everything else, so it may be a moment before there is an answer.
            load.settle(2.0)
            probe = Client(server.target(room, person=1))
            load.join([probe])
            faults = [] if content_of(*probe.document) == content else ["the document did not arrive whole"]
            load.settle(1.0)
            forget_peak(server.pid)
            before, cpu = memory_mb(server.pid), server.cpu()
            joiners = [Client(server.target(room, person=n)) for n in range(people)]
            load.join(joiners, within=WITHIN_SECONDS)
            peak, cpu = memory_mb(server.pid, "VmHWM"), server.cpu() - cpu
            first = joiners[0].started_at
            waits = sorted(client.synced_at - client.started_at for client in joiners)
            # Most servers send everyone the same bytes; what differs is rebuilt and compared.
            others = {client.document for client in joiners} - {probe.document}
            faults += ["a joiner got another document" for updates in others if content_of(*updates) != content]
            figures = {
                "all have it": max(client.synced_at for client in joiners) - first,
                "after the last": max(client.synced_at for client in joiners) - joiners[-1].started_at,
                "p50": waits[len(waits) // 2],
                "peak": peak,
                "before": before,
                "cpu": cpu * 1000 / people,
            }
        finally:
            load.close()
        return Outcome(figures, faults)
