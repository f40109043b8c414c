"""What every case has in common."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from benchmarks.evidence import Stream, Verdict, compare
from benchmarks.load import Client, Load
from benchmarks.servers.base import Server
from benchmarks.writers import content_of

LONGEST_SECONDS = 60.0
FIRST_CLIENT_ID = 200_001


@dataclass(slots=True)
class Outcome:
    """One run of a case on one server: figures by their names, and what went wrong."""

    figures: dict[str, float] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Figure:
    """How a figure is shown: what it is, its unit, and which way is better."""

    name: str
    unit: str
    less_is_better: bool = True
    digits: int = 1


class Case(ABC):
    """One load. `main` is the figure by which servers are compared."""

    name: ClassVar[str]
    title: ClassVar[str]
    figures: ClassVar[Sequence[Figure]]
    reach: ClassVar[str]
    needs_documents: ClassVar[bool] = False
    only_engine: ClassVar[bool] = False
    many_nodes: ClassVar[bool] = False

    @abstractmethod
    def run(self, server: Server, *, quick: bool) -> Outcome:
        """Put the load on a server that has just started."""


def clients_for(server: Server, room: str, count: int, *, first_person: int = 0) -> list[Client]:
    """Return clients of as many people in one room."""
    return [Client(server.target(room, person=first_person + number)) for number in range(count)]


def check_final_state(
    server: Server, rooms: Sequence[tuple[str, Sequence[Stream]]], verdict: Verdict, *, sample: int = 5
) -> None:
    """Ask some of the rooms for their state as a client that comes late, and compare it with what the writers hold."""
    if not server.keeps_documents:
        return
    load = Load()
    try:
        step = max(1, len(rooms) // sample)
        for room, streams in rooms[::step]:
            late = Client(server.target(room, person=0))
            load.join([late], limit=LONGEST_SECONDS)
            # A server may answer before it has read its store, and pass the content on afterwards.
            load.settle()
            compare(verdict, content_of(*late.document), streams, who="a client that came late")
    finally:
        load.close()


class Meter:
    """Reads a server's CPU time at two moments of a run."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._first = self._first_database = 0.0

    def start(self) -> None:
        """Begin to count."""
        self._first, self._first_database = self._server.cpu(), self._server.database_cpu()

    def per_delivery(self, deliveries: int) -> dict[str, float]:
        """Return microseconds of CPU per delivery since `start`."""
        share = 1e6 / max(1, deliveries)
        return {
            "cpu": (self._server.cpu() - self._first) * share,
            "database cpu": (self._server.database_cpu() - self._first_database) * share,
        }
