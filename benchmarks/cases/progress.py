"""A class at work on its board of progress: changes over HTTP, cells over WebSockets.

Most of what moves a board (somebody opens a document, edits it, votes) brings no request of its own. So the same requests are sent once more
when they change nothing any more, and what the board costs is the difference.
"""

import json
from functools import partial
from random import Random
from typing import Any

from pycrdt import Doc, Map

from benchmarks.cases.base import LONGEST_SECONDS, Case, Figure, Outcome
from benchmarks.cases.polls import Request
from benchmarks.evidence import Verdict
from benchmarks.load import Chunk, Client, Load
from benchmarks.servers.base import Server
from benchmarks.servers.engine import Lectern
from benchmarks.wire import Kind

STUDENTS = 40
ACTIVITIES = 30
CHANGES_PER_SECOND = 20
STATES = ("opened", "working", "handed_in")
TAKEN = b"HTTP/1.1 204 "


class Progress(Case):
    """The teacher looks at the board, each student at the own row; twenty cells a second are set, each in a request of its own."""

    name = "progress"
    title = "board of 40 students × 30 activities, 20 changes/s"
    reach = "server CPU ≤ 5 % of a core"
    figures = (
        Figure("cpu", "% of a core"),
        Figure("with requests", "% of a core"),
        Figure("database cpu", "% of a core"),
        Figure("visible p99", "ms"),
        Figure("answer p99", "ms"),
        Figure("lag", "ms"),
    )
    only_engine = True

    def run(self, server: Server, *, quick: bool) -> Outcome:
        """See Case."""
        assert isinstance(server, Lectern)
        seconds = 3 if quick else 15
        random = Random(6)
        board = server.new_board(students=STUDENTS, activities=ACTIVITIES)
        teacher = Client(server.target(board.document, person=board.teacher))
        rows = [
            Client(server.target(page, person=person)) for person, page in zip(board.people, board.pages, strict=True)
        ]
        wanted: dict[tuple[str, str], str] = {}
        changes: list[tuple[float, Client]] = []

        def asking(cell: tuple[str, str]) -> Client:
            request = Request(
                teacher.target.host,
                teacher.target.port,
                f"{board.path}/cells/{cell[0]}/{cell[1]}",
                token=teacher.target.token,
                body=json.dumps({"state": wanted[cell]}).encode(),
            )
            return Client(request, brief=True)

        while len(changes) < seconds * CHANGES_PER_SECOND:
            cell, state = (random.choice(board.ids), random.choice(board.columns)), random.choice(STATES)
            if wanted.get(cell) != state:  # else nothing would change
                wanted[cell] = state
                changes.append((len(changes) / CHANGES_PER_SECOND, asking(cell)))
        cells = list(wanted)
        repeated = [(at, asking(cells[number % len(cells)])) for number, (at, _) in enumerate(changes)]
        load = Load()
        try:
            load.join([teacher, *rows], limit=LONGEST_SECONDS)
            load.settle()
            chunks, work, database_work = _play(load, server, changes)
            again, requests, database_requests = _play(load, server, repeated)
            share = 100 / seconds
            figures = {
                "cpu": (work - requests) * share,
                "with requests": work * share,
                "database cpu": (database_work - database_requests) * share,
                "lag": load.lag * 1000,
            }
        finally:
            load.close()
        answers, repeats, seen = Verdict(), Verdict(), Verdict()
        _answers(chunks, {client: at for at, client in changes}, answers)
        _answers(again, {client: at for at, client in repeated}, repeats)
        _cells(chunks, teacher, [at for at, _ in changes], wanted, seen)
        figures |= {"answer p99": answers.percentile(0.99), "visible p99": seen.percentile(0.99)}
        return Outcome(figures, [*answers.faults, *repeats.faults, *seen.faults])


def _play(load: Load, server: Server, asked: list[tuple[float, Client]]) -> tuple[list[Chunk], float, float]:
    """Send requests at their moments; returns what came back, and the seconds of CPU of server and database."""
    before, before_database = server.cpu(), server.database_cpu()
    chunks = load.play(
        [],
        limit=LONGEST_SECONDS,
        at=[(at, partial(load.connect, client)) for at, client in asked],
        calm=server.calm,
    )
    return chunks, server.cpu() - before, server.database_cpu() - before_database


def _answers(chunks: list[Chunk], due: dict[Client, float], verdict: Verdict) -> None:
    missing = set(due)
    for at, client, data in chunks:
        if client in missing and data:
            missing.remove(client)
            verdict.latencies.append(at - due[client])
            if not data.startswith(TAKEN):
                verdict.faults.append(f"a change was refused: {data[:120]!r}")
    if missing:
        verdict.faults.append(f"{len(missing)} changes were never answered")


def _cells(
    chunks: list[Chunk], teacher: Client, due: list[float], wanted: dict[tuple[str, str], str], verdict: Verdict
) -> None:
    doc: Doc[Any] = Doc()
    rows = doc.get("rows", type=Map)
    for update in teacher.document:
        doc.apply_update(update)
    arrived: list[float] = []
    for at, client, data in chunks:
        if client is not teacher:
            continue
        for message in client.reader.feed(data):
            kind, payload = client.target.read(message)
            if kind is Kind.UPDATE:
                doc.apply_update(payload)
                arrived.append(at)
    if len(arrived) != len(due):
        verdict.faults.append(f"{len(due)} changes came as {len(arrived)} updates")
    # One update each, and in the order of the requests but where two overlap: then the times are still those of as many changes.
    verdict.latencies.extend(max(0.0, at - asked) for at, asked in zip(arrived, due, strict=False))
    found = {
        (person, column): cell["state"] for person, row in (rows.to_py() or {}).items() for column, cell in row.items()
    }
    if found != wanted:
        verdict.faults.append("the teacher's board does not show what was set")
