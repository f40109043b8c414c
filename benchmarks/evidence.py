"""Whether a server delivered everything, worked out from the recorded bytes of every recipient.

Every update is named by its Yjs client id and clock. An update counts for a recipient when the first message came that holds it,
alone or merged with others; a clock that is passed over is lost. A sample of recipients is rebuilt as documents and compared
with what the writers hold, so that bytes which only look right do not count either.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.load import Chunk, Client
from benchmarks.wire import CLOSE, Kind
from benchmarks.writers import Writer, content_of
from collab_server.protocol.update import walk

Runs = tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Stream:
    """What one writer sends in one room, and when: `due[n]` is the scheduled time of the update with clock n."""

    writer: Writer
    author: Client
    due: Sequence[float]


@dataclass(slots=True)
class Verdict:
    """What was found. `faults` is empty when nothing was lost."""

    deliveries: int = 0
    messages: int = 0
    last_at: float = 0.0
    latencies: "array[float]" = field(default_factory=lambda: array("d"))
    faults: list[str] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """Return a latency in milliseconds."""
        if not self.latencies:
            return float("nan")
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


def judge(
    chunks: Iterable[Chunk],
    rooms: Sequence[tuple[Sequence[Client], Sequence[Stream]]],
    *,
    counted_from: float = 0.0,
    sample: int = 3,
) -> Verdict:
    """Check every recipient of every room; updates due before `counted_from` must arrive, but are not measured."""
    verdict = Verdict()
    progress: dict[Client, dict[int, int]] = {}
    streams_of: dict[Client, Mapping[int, Stream]] = {}
    kept: dict[Client, list[bytes]] = {}
    for recipients, streams in rooms:
        by_id = {stream.writer.client_id: stream for stream in streams}
        for number, client in enumerate(recipients):
            streams_of[client] = by_id
            progress[client] = dict.fromkeys(by_id, 0)
            if number % max(1, len(recipients) // sample) == 0:
                kept[client] = [*client.document]
    known: dict[bytes, tuple[Runs, bytes]] = {}
    for at, client, data in chunks:
        if client not in progress:
            continue
        for message in client.reader.feed(data):
            verdict.messages += 1
            found = known.get(message)
            if found is None:
                found = known[message] = _read(client, message)
            runs, payload = found
            if not runs:
                continue
            if client in kept:
                kept[client].append(payload)
            _advance(
                verdict,
                at=at,
                client=client,
                runs=runs,
                progress=progress[client],
                streams=streams_of[client],
                counted_from=counted_from,
            )
    # Said before what is missing: a server that refuses aloud is not one that loses in silence.
    for client in progress:
        for opcode, payload in client.reader.controls:
            if opcode == CLOSE:
                code, reason = int.from_bytes(payload[:2], "big"), payload[2:].decode(errors="replace")
                verdict.faults.insert(0, f"the server closed a connection: {code} {reason}")
    for recipients, streams in rooms:
        _complete(verdict, recipients, streams, progress, kept)
    return verdict


def _read(client: Client, message: bytes) -> tuple[Runs, bytes]:
    kind, payload = client.target.read(message)
    if kind not in (Kind.UPDATE, Kind.STATE):
        return (), b""
    return walk(payload).adds, payload


def _advance(
    verdict: Verdict,
    *,
    at: float,
    client: Client,
    runs: Runs,
    progress: dict[int, int],
    streams: Mapping[int, Stream],
    counted_from: float,
) -> None:
    for client_id, first, behind in runs:
        stream = streams.get(client_id)
        if stream is None or stream.author is client:
            continue
        have = progress[client_id]
        if first > have:
            verdict.faults.append(f"client {client_id}: clocks {have} to {first - 1} were passed over")
        for clock in range(max(first, have), behind):
            due = stream.due[clock]
            if due >= counted_from:
                verdict.deliveries += 1
                verdict.latencies.append(at - due)
                verdict.last_at = at
        progress[client_id] = max(have, behind)


def _complete(
    verdict: Verdict,
    recipients: Sequence[Client],
    streams: Sequence[Stream],
    progress: Mapping[Client, Mapping[int, int]],
    kept: Mapping[Client, Sequence[bytes]],
) -> None:
    for client in recipients:
        for stream in streams:
            have = progress[client][stream.writer.client_id]
            if stream.author is not client and have != len(stream.due):
                verdict.faults.append(f"client {stream.writer.client_id}: {len(stream.due) - have} updates never came")
        if client in kept:
            mine = [update for stream in streams if stream.author is client for update in stream.writer.updates]
            compare(verdict, content_of(*kept[client], *mine), streams, who="a recipient")


def compare(verdict: Verdict, content: Mapping[str, object], streams: Iterable[Stream], *, who: str) -> None:
    """Note every writer whose element is not what the writer left it as."""
    for stream in streams:
        key = stream.writer.key
        if content.get(key) != stream.writer.content().get(key):
            verdict.faults.append(f"{who} holds another {key}")
