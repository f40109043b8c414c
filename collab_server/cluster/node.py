"""This process among those that serve the same documents (SPEC rule 17).

What others commit, show and decide is heard over the bus; whatever was not heard is found in the log. While the bus is silent a node
asks the log once a second how far the open documents go, and decides anew about everybody's rights. Nothing depends on the
bus but how soon things are known.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
from contextlib import suppress
from hashlib import blake2b
from time import monotonic
from typing import Any, NamedTuple, Protocol
from uuid import UUID, uuid4

import structlog

from collab_server.cluster.bus import Bus
from collab_server.cluster.envelope import Kind, Refused, Sealer, new_node
from collab_server.cluster.messages import read_access, read_rows, write_access, write_rows
from collab_server.errors import Malformed, TooBig
from collab_server.metrics import Metrics
from collab_server.ports import CommittedRow, LogRow
from collab_server.protocol import awareness
from collab_server.protocol.awareness import PresenceEntry

BEAT_SECONDS = 1.0
SILENT_SECONDS = 2.5
"""Our own sign of life comes back in milliseconds; after so long the bus counts as away."""
ANSWER_SECONDS = 1.0
GONE_SECONDS = 5.0
"""A node that was not heard for so long is gone, and so is who was there."""
REVIEW_SECONDS = 2.0
CHECK_SECONDS = 30.0
"""So often the log is asked even if everything seems to be heard."""
DOCUMENTS_ASKED_TOGETHER = 2_000
PRESENCE_MAX_BYTES = 64 * 1024 * 1024
PRESENCE_MAX_ENTRIES = 100_000

HALF_DEAF_SECONDS = 10.0
"""For so long after a message that was refused, the log is asked as if the bus were away."""

_LIKELY = {
    "not ours": "another program uses this Redis, and our channels",
    "another version": "a node of another release serves, too",
    "another key": "a node has another LECTERN_SECRET_KEY, or another program writes to our channels",
    "too old": "messages are played to us again, or a node's clock is wrong",
    "heard before": "messages are played to us again",
    "not understood": "a node of another release serves, too",
}

_UNHEARD = "they have another LECTERN_REDIS_URL, or cannot reach Redis"

_log = structlog.get_logger(__name__)


class Heads(Protocol):
    """Says how far documents go in the log."""

    async def heads(self, document_ids: Collection[UUID]) -> Mapping[UUID, tuple[int, int]]:
        """Return (epoch, seq) of those of the documents that there are."""


class Place(Protocol):
    """This node's place among the processes that serve one database."""

    @property
    def cluster(self) -> bytes:
        """Return what all of them have in common, and those of a copy of the database do not."""

    def now(self) -> float:
        """Return the database's time, in seconds."""


class House(Protocol):
    """What hears of the other nodes: this node's engine."""

    def open_documents(self) -> Collection[UUID]:
        """Return the documents that are open here."""

    def hear(self, document_id: UUID, epoch: int, seq: int, rows: Sequence[CommittedRow]) -> None:
        """Hear how far a document's log goes, and of rows that others have committed."""

    def hear_presence(self, document_id: UUID, node: UUID, entries: Sequence[PresenceEntry]) -> None:
        """Hear who is in a document on another node."""

    def introduce_to_nodes(self, document_id: UUID) -> None:
        """Tell the other nodes who is in a document here."""

    def forget_node(self, node: UUID) -> None:
        """Take everybody's presence away who was on another node."""

    async def review(self, *, user_id: UUID | None = None, document_id: UUID | None = None) -> None:
        """Decide again about the sessions here that match (None matches all)."""


News = Mapping[str, str]
Question = Mapping[str, Any]
Answer = Mapping[str, Any]
Answerer = Callable[[Question], Awaitable[Answer]]


class _Asked(NamedTuple):
    """A question on its way: who has not answered yet, what the others said, and when that is all."""

    waits_for: set[UUID]
    answers: list[Answer]
    complete: asyncio.Event


class Node:
    """Implements ports.OtherNodes and bus.BusListener."""

    def __init__(self, bus: Bus, place: Place, heads: Heads, *, secret_key: str, metrics: Metrics) -> None:
        self._bus = bus
        self._place = place
        self._heads = heads
        self._secret_key = secret_key
        self._metrics = metrics
        self._house: House | None = None
        self._others: dict[UUID, float] = {}
        self._echo_at = float("-inf")
        self._silent = True
        self._half_deaf_until = float("-inf")
        self._unheard_since: float | None = None
        self._reported: set[str] = set()
        self._to_check: set[UUID] = set()
        self._check_now = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._background: set[asyncio.Task[None]] = set()
        self._answerers: dict[str, Answerer] = {}
        self._asked: dict[UUID, _Asked] = {}
        self._news_listener: Callable[[News], None] | None = None
        metrics.nodes.set_function(lambda: len(self._others))
        metrics.bus_silent.set_function(lambda: int(self._silent))

    @property
    def others(self) -> Collection[UUID]:
        """Return the other nodes that are heard."""
        return list(self._others)

    @property
    def silent(self) -> bool:
        """Say whether the bus is away."""
        return self._silent

    async def start(self, house: House) -> None:
        """Begin to listen, for an engine, once our place is taken."""
        self._house = house
        cluster = self._place.cluster
        self._sealer = Sealer(self._secret_key, cluster=cluster, node=new_node(), now=self._place.now)
        self._prefix = f"lectern:{blake2b(cluster, digest_size=8).hexdigest()}:".encode()
        self._everyone = self._prefix + b"nodes"
        self._bus.subscribe(self._everyone)
        self._bus.start(self)
        self._tasks = [
            asyncio.create_task(self._live(), name="node"),
            asyncio.create_task(self._check_all(), name="log checks"),
        ]

    async def close(self) -> None:
        """Say good-bye, and listen no more."""
        for task in [*self._tasks, *self._background]:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        if self._house is not None:
            self._say(self._everyone, Kind.GONE)
            await self._bus.close()

    def seen_by_database(self, processes: int) -> None:
        """Hear how many processes serve the database, us included: all of them should be heard."""
        if self._silent or processes <= len(self._others) + 1:
            self._unheard_since = None
            return
        now = monotonic()
        if self._unheard_since is None:
            self._unheard_since = now
        elif now - self._unheard_since > GONE_SECONDS:
            self._half_deaf_until = now + HALF_DEAF_SECONDS
            if "unheard" not in self._reported:
                self._reported.add("unheard")
                _log.warning("processes serve this database that are not heard", processes=processes, likely=_UNHEARD)

    def answer_with(self, answerers: Mapping[str, Answerer]) -> None:
        """Have other nodes' questions answered, each kind (the question's `do`) by its own."""
        self._answerers.update(answerers)

    async def ask(self, question: Question) -> Sequence[Answer]:
        """Ask all other nodes; one that does not answer within a moment is left out."""
        asked = _Asked(set(self._others), [], asyncio.Event())
        if not asked.waits_for:
            return []
        number = uuid4()
        self._asked[number] = asked
        try:
            self._say(self._everyone, Kind.QUESTION, number.bytes + json.dumps(question).encode())
            with suppress(TimeoutError):
                async with asyncio.timeout(ANSWER_SECONDS):
                    await asked.complete.wait()
        finally:
            del self._asked[number]
        return asked.answers

    def listen_for_news(self, listener: Callable[[News], None]) -> None:
        """Have somebody hear the news that other nodes tell with `tell`."""
        self._news_listener = listener

    def tell(self, news: News) -> None:
        """Tell all other nodes something; who misses it must be able to do without."""
        self._say(self._everyone, Kind.NEWS, json.dumps(news).encode())

    # ports.OtherNodes

    def attend(self, document_id: UUID) -> None:
        """See ports.OtherNodes."""
        self._bus.subscribe(self._channel(document_id))

    def leave(self, document_id: UUID) -> None:
        """See ports.OtherNodes."""
        self._bus.unsubscribe(self._channel(document_id))

    def committed(self, document_id: UUID, epoch: int, first_seq: int, rows: Sequence[LogRow]) -> None:
        """See ports.OtherNodes."""
        body = write_rows(epoch, first_seq, rows)
        channel = self._channel(document_id)
        if body is None:
            self._say(channel, Kind.LOOK)
        else:
            self._say(channel, Kind.ROWS, body)

    def presence(self, document_id: UUID, states: bytes) -> None:
        """See ports.OtherNodes."""
        self._say(self._channel(document_id), Kind.PRESENCE, states)

    def restored(self, document_id: UUID) -> None:
        """See ports.OtherNodes."""
        self._say(self._channel(document_id), Kind.LOOK)

    def access_changed(self, *, user_id: UUID | None, document_id: UUID | None) -> None:
        """See ports.OtherNodes."""
        self._say(self._everyone, Kind.ACCESS, write_access(user_id, document_id))

    # bus.BusListener

    def message(self, channel: bytes, message: bytes) -> None:
        """See bus.BusListener."""
        try:
            letter = self._sealer.open(channel, message)
            if letter is None:
                if channel == self._everyone:
                    self._heard_ourselves()
                return
            self._metrics.bus_received.inc()
            self._heard_of(letter.sender)
            self._hear(channel, letter.sender, letter.kind, letter.body)
        except Refused as refused:
            self._refuse(refused.reason)
        except (Malformed, TooBig, ValueError):
            self._refuse("not understood")
        except Exception:  # noqa: BLE001 -- as told below
            # Whatever one message does to us, the next ones are to be heard.
            self._half_deaf_until = monotonic() + HALF_DEAF_SECONDS
            _log.exception("message of another node failed")

    def subscribed(self, channel: bytes) -> None:
        """See bus.BusListener."""
        document_id = self._document(channel)
        if document_id is not None:
            # Subscribed, then read: what was committed before is in the log, what comes after is heard.
            self._look(document_id)
            self._say(channel, Kind.WHO)

    def lost_some(self) -> None:
        """See bus.BusListener."""
        self._say(self._everyone, Kind.LOOK)

    # What others say.

    def _hear(self, channel: bytes, sender: UUID, kind: Kind, body: bytes) -> None:
        house = self._house
        assert house is not None, "nobody listens yet"
        document_id = self._document(channel)
        if document_id is not None:
            self._hear_of_document(house, document_id, sender, kind, body)
        elif kind is Kind.ACCESS:
            user_id, of_document = read_access(body)
            self._start(house.review(user_id=user_id, document_id=of_document))
        elif kind is Kind.LOOK:
            for each in house.open_documents():
                self._look(each)
        elif kind is Kind.GONE:
            self._forget(sender)
        elif kind is Kind.QUESTION:
            self._start(self._answer(body))
        elif kind is Kind.ANSWER:
            self._take_answer(sender, body)
        elif kind is Kind.NEWS and self._news_listener is not None:
            self._news_listener(json.loads(body))

    def _hear_of_document(self, house: House, document_id: UUID, sender: UUID, kind: Kind, body: bytes) -> None:
        if kind is Kind.ROWS:
            epoch, rows = read_rows(body)
            if rows:
                house.hear(document_id, epoch, rows[-1].seq, rows)
        elif kind is Kind.LOOK:
            self._look(document_id)
        elif kind is Kind.PRESENCE:
            entries = awareness.decode(body, max_bytes=PRESENCE_MAX_BYTES, max_entries=PRESENCE_MAX_ENTRIES)
            house.hear_presence(document_id, sender, entries)
        elif kind is Kind.WHO:
            house.introduce_to_nodes(document_id)

    async def _answer(self, body: bytes) -> None:
        try:
            question = json.loads(body[16:])
            answer = await self._answerers[question["do"]](question)
        except Exception as error:  # noqa: BLE001 -- whoever asks does without our answer
            _log.warning("question of another node not answered", error=type(error).__name__)
        else:
            self._say(self._everyone, Kind.ANSWER, body[:16] + json.dumps(answer).encode())

    def _take_answer(self, sender: UUID, body: bytes) -> None:
        asked = self._asked.get(UUID(bytes=body[:16]))
        if asked is not None and sender in asked.waits_for:
            asked.waits_for.remove(sender)
            asked.answers.append(json.loads(body[16:]))
            if not asked.waits_for:
                asked.complete.set()

    def _refuse(self, reason: str) -> None:
        self._metrics.bus_refused.labels(reason=reason).inc()
        # It may have been news. The log has them.
        self._half_deaf_until = monotonic() + HALF_DEAF_SECONDS
        if reason not in self._reported:
            self._reported.add(reason)
            _log.warning("message on our channels refused", reason=reason, likely=_LIKELY[reason])

    # Who is there.

    def _heard_ourselves(self) -> None:
        self._echo_at = monotonic()
        if self._silent:
            self._silent = False
            _log.info("redis carries messages")
            assert self._house is not None
            self._start(self._house.review())
            for document_id in self._house.open_documents():
                self._look(document_id)

    def _heard_of(self, node: UUID) -> None:
        if node not in self._others:
            _log.info("another node serves, too", node=str(node))
            assert self._house is not None
            # It may have been cut off, and we from it: whoever is there must be told of once more.
            for document_id in self._house.open_documents():
                self._say(self._channel(document_id), Kind.WHO)
        self._others[node] = monotonic()

    def _forget(self, node: UUID) -> None:
        if self._others.pop(node, None) is not None and self._house is not None:
            _log.info("another node is gone", node=str(node))
            self._house.forget_node(node)

    async def _live(self) -> None:
        while True:
            self._beat()
            await asyncio.sleep(BEAT_SECONDS)

    def _beat(self) -> None:
        now = monotonic()
        if not self._silent and now - self._echo_at > SILENT_SECONDS:
            self._silent = True
            self._check_now.set()
            _log.warning("redis is silent: the log is asked instead")
            self._bus.reconnect()
        for node, heard_at in list(self._others.items()):
            if now - heard_at > GONE_SECONDS:
                self._forget(node)
        self._say(self._everyone, Kind.ALIVE)

    # What the log says.

    def _look(self, document_id: UUID) -> None:
        self._to_check.add(document_id)
        self._check_now.set()

    async def _check_all(self) -> None:
        assert self._house is not None
        reviewed_at = checked_at = monotonic()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(BEAT_SECONDS):
                    await self._check_now.wait()
            self._check_now.clear()
            now = monotonic()
            if self._silent or now < self._half_deaf_until or now - checked_at > CHECK_SECONDS:
                checked_at = now
                self._to_check.update(self._house.open_documents())
            if self._silent and now - reviewed_at > REVIEW_SECONDS:
                reviewed_at = now
                self._start(self._house.review())
            asked, self._to_check = list(self._to_check), set()
            try:
                for start in range(0, len(asked), DOCUMENTS_ASKED_TOGETHER):
                    found = await self._heads.heads(asked[start : start + DOCUMENTS_ASKED_TOGETHER])
                    for document_id, (epoch, seq) in found.items():
                        self._house.hear(document_id, epoch, seq, ())
            except Exception as error:  # noqa: BLE001 -- the database may be away; it is asked again
                self._to_check.update(asked)
                _log.warning("the log was not asked", error=type(error).__name__)

    # Small things.

    def _say(self, channel: bytes, kind: Kind, body: bytes = b"") -> None:
        self._metrics.bus_sent.inc()
        self._bus.publish(channel, self._sealer.seal(channel, kind, body))

    def _channel(self, document_id: UUID) -> bytes:
        return self._prefix + str(document_id).encode()

    def _document(self, channel: bytes) -> UUID | None:
        if channel == self._everyone:
            return None
        return UUID(channel.removeprefix(self._prefix).decode())

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
