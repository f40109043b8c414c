"""What a connection costs on which nothing happens."""

from benchmarks.cases.base import LONGEST_SECONDS, Case, Figure, Outcome
from benchmarks.load import Client, Load
from benchmarks.machine import memory_mb
from benchmarks.servers.base import Server

ROOMS = 1_000
PEOPLE = 5
CALM_SECONDS = 2.0


class Idle(Case):
    """5,000 connections in 1,000 rooms. The first connection of each room pays for the room."""

    name = "idle"
    title = "5,000 idle connections, 1,000 rooms"
    reach = "≤ 20 KB per connection, ≤ 100 KB per loaded small room"
    figures = (Figure("connection", "KB"), Figure("room", "KB"), Figure("total", "MB", digits=0))

    def run(self, server: Server, *, quick: bool) -> Outcome:
        """See Case."""
        count = ROOMS // 10 if quick else ROOMS
        rooms = server.new_rooms(count, people=PEOPLE)
        load = Load()
        try:
            # What a server loads for its very first connections belongs to nobody.
            warm = server.new_rooms(5, people=1)
            load.join([Client(server.target(room, person=0)) for room in warm])
            load.settle(CALM_SECONDS)
            empty = memory_mb(server.pid)
            first = [Client(server.target(room, person=n)) for n, room in enumerate(rooms)]
            load.join(first, limit=2 * LONGEST_SECONDS)
            load.settle(CALM_SECONDS)
            opened = memory_mb(server.pid)
            others = [
                Client(server.target(room, person=n * PEOPLE + seat))
                for n, room in enumerate(rooms)
                for seat in range(1, PEOPLE)
            ]
            load.join(others, limit=2 * LONGEST_SECONDS)
            load.settle(CALM_SECONDS)
            full = memory_mb(server.pid)
        finally:
            load.close()
        connection = (full - opened) * 1024 / len(others)
        room = max(0.0, (opened - empty) * 1024 / len(first) - connection)
        return Outcome({"connection": connection, "room": room, "total": full})
