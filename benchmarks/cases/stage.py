"""A teacher changes what is on stage: one request over HTTP, the stage of every student over WebSockets."""

import json
from dataclasses import dataclass
from functools import partial

from benchmarks.cases.base import LONGEST_SECONDS, Case, Figure, Outcome
from benchmarks.cases.polls import ANSWERED, Request
from benchmarks.evidence import Verdict
from benchmarks.load import Chunk, Client, Load
from benchmarks.servers.base import Server
from benchmarks.servers.engine import Lectern
from benchmarks.wire import Kind

STUDENTS = 200
EVERY_SECONDS = 0.5
LOCK_EVERY_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Patch(Request):
    """A request that changes something."""

    def upgrade(self) -> bytes:
        """See Target."""
        return Request.upgrade(self).replace(b"PUT ", b"PATCH ", 1)


class Stage(Case):
    """200 students have the stage and a board open, which the teacher shows in turn with another one.

    Then the teacher locks the board and frees it again: the right of every student is decided anew, and in force with the answer.
    """

    name = "stage"
    title = "stage change to 200 students; then a lock for them"
    reach = "p99 ≤ 250 ms from the request to every student; a lock in force within 1 s"
    figures = (
        Figure("p99", "ms"),
        Figure("p50", "ms"),
        Figure("answer p99", "ms"),
        Figure("cpu", "ms/change"),
        Figure("lock", "ms"),
        Figure("lag", "ms"),
    )
    only_engine = True

    def run(self, server: Server, *, quick: bool) -> Outcome:
        """See Case."""
        assert isinstance(server, Lectern)
        lesson = server.new_lesson(students=STUDENTS)
        watching = [Client(server.target(lesson.stage, person=person)) for person in lesson.people]
        drawing = [Client(server.target(lesson.boards[0], person=person), recorded=False) for person in lesson.people]
        teacher = server.target(lesson.stage, person=lesson.teacher)

        def asking(*changes: object, every: float) -> dict[Client, float]:
            return {
                Client(
                    Patch(
                        teacher.host, teacher.port, lesson.path, token=teacher.token, body=json.dumps(change).encode()
                    ),
                    brief=True,
                ): number * every
                for number, change in enumerate(changes)
            }

        boards = [{"activity": {"kind": "document", "document_id": board}} for board in lesson.boards]
        shows = asking(*(boards * (3 if quick else 15)), every=EVERY_SECONDS)
        locks = asking({"locked": True}, {"locked": False}, every=LOCK_EVERY_SECONDS)
        load = Load()
        try:
            load.join([*watching, *drawing], limit=LONGEST_SECONDS)
            load.settle()
            while not server.calm():
                load.settle()
            before = server.cpu()
            chunks = _play(load, server, shows, every=EVERY_SECONDS)
            figures = {"cpu": (server.cpu() - before) * 1000 / len(shows), "lag": load.lag * 1000}
            locked = _play(load, server, locks, every=LOCK_EVERY_SECONDS)
        finally:
            load.close()
        answers, in_force, seen = Verdict(), Verdict(), Verdict()
        _answers(chunks, shows, answers)
        _answers(locked, locks, in_force)
        _stages(chunks, watching, list(shows.values()), seen)
        figures |= {
            "answer p99": answers.percentile(0.99),
            "lock": in_force.percentile(1.0),
            "p50": seen.percentile(0.5),
            "p99": seen.percentile(0.99),
        }
        return Outcome(figures, [*answers.faults, *in_force.faults, *seen.faults])


def _play(load: Load, server: Server, asked: dict[Client, float], *, every: float) -> list[Chunk]:
    return load.play(
        [],
        limit=LONGEST_SECONDS,
        at=[(at, partial(load.connect, client)) for client, at in asked.items()],
        settled=2 * every,
        calm=server.calm,
    )


def _answers(chunks: list[Chunk], due: dict[Client, float], verdict: Verdict) -> None:
    missing = set(due)
    for at, client, data in chunks:
        if client in missing and data:
            missing.remove(client)
            verdict.latencies.append(at - due[client])
            if not data.startswith(ANSWERED):
                verdict.faults.append(f"a change was refused: {data[:120]!r}")
    if missing:
        verdict.faults.append(f"{len(missing)} changes were never answered")


def _stages(chunks: list[Chunk], watching: list[Client], due: list[float], verdict: Verdict) -> None:
    """Each change is one update of the stage, and each student must have got each of them, in order."""
    arrived: dict[Client, list[float]] = {client: [] for client in watching}
    for at, client, data in chunks:
        if client not in arrived:
            continue
        for message in client.reader.feed(data):
            kind, _ = client.target.read(message)
            if kind is Kind.UPDATE:
                arrived[client].append(at)
    for times in arrived.values():
        if len(times) != len(due):
            verdict.faults.append(f"a student saw {len(times)} of {len(due)} changes")
            continue
        verdict.latencies.extend(at - asked for at, asked in zip(times, due, strict=True))
