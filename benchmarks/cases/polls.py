"""A whole year answers one poll: ballots over HTTP, results over WebSockets."""

import json
from collections import Counter
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any, ClassVar

from pycrdt import Doc, Map

from benchmarks.cases.base import LONGEST_SECONDS, Case, Figure, Outcome, clients_for
from benchmarks.evidence import Verdict
from benchmarks.load import Chunk, Client, Load
from benchmarks.servers.base import Server
from benchmarks.servers.engine import Lectern
from benchmarks.wire import Kind, Target

SECONDS = 2.0
OPTIONS = 4
ANSWERED = b"HTTP/1.1 200 "


@dataclass(frozen=True, slots=True)
class Request(Target):
    """One HTTP request on a connection of its own."""

    body: bytes = b""

    def upgrade(self) -> bytes:
        """See Target: what is sent first, here all there is."""
        lines = [
            f"PUT {self.path} HTTP/1.1",
            f"Host: {self.host}:{self.port}",
            f"Authorization: Bearer {self.token}",
            "Content-Type: application/json",
            f"Content-Length: {len(self.body)}",
        ]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


class Polls(Case):
    """Each of 500 people votes once, at a moment of their own within two seconds, and has the poll open."""

    name = "polls"
    title = "500 ballots in 2 s, everyone sees the tally"
    reach = "every tally right; visible to all ≤ 500 ms after the last vote; server CPU ≤ 2 s"
    figures = (
        Figure("cpu", "s", digits=2),
        Figure("database cpu", "s", digits=2),
        Figure("visible", "ms after"),
        Figure("answer p99", "ms"),
        Figure("updates", "", digits=0),
        Figure("lag", "ms"),
    )
    only_engine = True
    anonymous: ClassVar[bool] = False

    def run(self, server: Server, *, quick: bool) -> Outcome:
        """See Case."""
        assert isinstance(server, Lectern)
        people = 100 if quick else 500
        random = Random(5)
        poll_id, room = server.new_poll(options=OPTIONS, anonymous=self.anonymous)
        watching = clients_for(server, room, people)
        # The last vote comes exactly at the end, so that what follows can be timed.
        moments = [*sorted(random.uniform(0.0, SECONDS) for _ in range(people - 1)), SECONDS]
        chosen = [f"o{random.randint(1, OPTIONS)}" for _ in range(people)]
        ballots = [
            Client(self._request(server.target(room, person=person), poll_id, choice, person), brief=True)
            for person, choice in enumerate(chosen)
        ]
        load = Load()
        try:
            load.join(watching, limit=LONGEST_SECONDS)
            load.settle()
            # What opening the poll has set going, the progress board say, is no part of voting.
            while not server.calm():
                load.settle()
            before, before_database = server.cpu(), server.database_cpu()
            chunks = load.play(
                [],
                limit=LONGEST_SECONDS,
                at=[(at, partial(load.connect, ballot)) for at, ballot in zip(moments, ballots, strict=True)],
                calm=server.calm,
            )
            figures = {
                "cpu": server.cpu() - before,
                "database cpu": server.database_cpu() - before_database,
                "lag": load.lag * 1000,
            }
        finally:
            load.close()
        verdict = Verdict()
        figures |= self._answers(chunks, dict(zip(ballots, moments, strict=True)), verdict)
        figures |= self._tallies(chunks, watching, Counter(chosen), verdict)
        return Outcome(figures, verdict.faults)

    def _request(self, target: Target, poll_id: str, choice: str, person: int) -> Request:
        body = {"choices": [choice], **({"secret": f"a-secret-of-person-{person}"} if self.anonymous else {})}
        return Request(
            target.host,
            target.port,
            f"/api/polls/{poll_id}/ballot",
            token=target.token,
            body=json.dumps(body).encode(),
        )

    def _answers(self, chunks: list[Chunk], due: dict[Client, float], verdict: Verdict) -> dict[str, float]:
        missing = set(due)
        for at, client, data in chunks:
            if client in missing and data:
                missing.remove(client)
                verdict.latencies.append(at - due[client])
                if not data.startswith(ANSWERED):
                    verdict.faults.append(f"a ballot was refused: {data[:120]!r}")
        if missing:
            verdict.faults.append(f"{len(missing)} ballots were never answered")
        return {"answer p50": verdict.percentile(0.5), "answer p99": verdict.percentile(0.99)}

    def _tallies(
        self, chunks: list[Chunk], watching: list[Client], wanted: Counter[str], verdict: Verdict
    ) -> dict[str, float]:
        seen = {client: [*client.document] for client in watching}
        last_at = 0.0
        for at, client, data in chunks:
            if client not in seen:
                continue
            for message in client.reader.feed(data):
                kind, payload = client.target.read(message)
                if kind is Kind.UPDATE:
                    seen[client].append(payload)
                    last_at = max(last_at, at)
        known: dict[bytes, dict[str, int]] = {}
        for updates in seen.values():
            joined = b"".join(updates)
            counts = known.get(joined)
            if counts is None:
                counts = known[joined] = _counts(updates)
            if counts != dict(wanted):
                verdict.faults.append(f"somebody sees {counts}, not {dict(wanted)}")
        return {"visible": (last_at - SECONDS) * 1000, "updates": float(max(map(len, seen.values())))}


class AnonymousPolls(Polls):
    """The same, into the urn of an anonymous poll."""

    name = "urn"
    title = "500 anonymous ballots in 2 s, everyone sees the tally"
    anonymous = True


def _counts(updates: list[bytes]) -> dict[str, int]:
    doc: Doc[Any] = Doc()
    results = doc.get("results", type=Map)
    for update in updates:
        doc.apply_update(update)
    counts: Map[float] = results["counts"]
    return {option: int(count) for option, count in counts.items() if count}
