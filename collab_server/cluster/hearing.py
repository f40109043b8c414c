"""What a node hears of the others: what they have committed, who is there, what they have decided, and whether they are alive."""

import asyncio
import json
from collections.abc import Callable, Collection, Coroutine, Mapping
from contextlib import suppress
from time import monotonic
from typing import Any
from uuid import UUID

import structlog

from collab_server.cluster.channels import Channels
from collab_server.cluster.envelope import Kind, Letter, Refused
from collab_server.cluster.log_watch import LogWatch
from collab_server.cluster.messages import read_access, read_rows
from collab_server.cluster.ports import House
from collab_server.cluster.questions import Questions
from collab_server.errors import Malformed, TooBig
from collab_server.metrics import Metrics
from collab_server.protocol import awareness

SILENT_SECONDS = 2.5
"""Our own sign of life comes back in milliseconds; after so long the bus counts as away."""
GONE_SECONDS = 5.0
"""A node that was not heard for so long is gone, and so is who was there."""
PRESENCE_MAX_BYTES = 64 * 1024 * 1024
PRESENCE_MAX_ENTRIES = 100_000

_LIKELY = {
    "not ours": "another program uses this Redis, and our channels",
    "another version": "a node of another release serves, too",
    "another key": "a node has another LECTERN_SECRET_KEY, or another program writes to our channels",
    "too old": "messages are played to us again, or a node's clock is wrong",
    "heard before": "messages are played to us again",
    "not understood": "a node of another release serves, too",
    "not heard": "processes of this database have another LECTERN_REDIS_URL, or cannot reach Redis",
}

_log = structlog.get_logger(__name__)

News = Mapping[str, str]


class Hearing:
    """Implements bus.BusListener. `news_listener` hears news; `on_silence` is called when the bus says nothing any more."""

    def __init__(
        self,
        house: House,
        channels: Channels,
        log_watch: LogWatch,
        questions: Questions,
        *,
        metrics: Metrics,
        news_listener: Callable[[News], None],
        on_silence: Callable[[], None],
    ) -> None:
        self._house = house
        self._channels = channels
        self._log_watch = log_watch
        self._questions = questions
        self._metrics = metrics
        self._news_listener = news_listener
        self._on_silence = on_silence
        self._others: dict[UUID, float] = {}
        self._echo_at = float("-inf")
        self._unheard_since: float | None = None
        self._reported: set[str] = set()
        self._background: set[asyncio.Task[None]] = set()

    @property
    def others(self) -> Collection[UUID]:
        """Return the other nodes that are heard."""
        return list(self._others)

    # bus.BusListener

    def message(self, channel: bytes, message: bytes) -> None:
        """See bus.BusListener."""
        try:
            letter = self._channels.open(channel, message)
            if letter is None:
                if channel == self._channels.everyone:
                    self._heard_ourselves()
                return
            self._metrics.bus_received.inc()
            self._heard_of(letter.sender)
            self._hear(self._channels.document(channel), letter)
        except Refused as refused:
            self._refuse(refused.reason)
        except (Malformed, TooBig, ValueError):
            self._refuse("not understood")
        except Exception:  # noqa: BLE001 -- whatever one message does to us, the next ones are to be heard
            self._log_watch.doubt()
            _log.exception("message of another node failed")

    def subscribed(self, channel: bytes) -> None:
        """See bus.BusListener."""
        document_id = self._channels.document(channel)
        if document_id is not None:
            # Subscribed, then read: what was committed before is in the log, what comes after is heard.
            self._log_watch.check(document_id)
            self._channels.say(channel, Kind.WHO)

    def fell_silent(self) -> None:
        """See bus.BusListener."""
        if not self._log_watch.silent:
            self._log_watch.silent = True
            self._log_watch.check_all()
            _log.warning("redis is silent: the log is asked instead")

    def lost_some(self) -> None:
        """See bus.BusListener."""
        self._channels.say(self._channels.everyone, Kind.LOOK)

    # What others say.

    def _hear(self, document_id: UUID | None, letter: Letter) -> None:
        match letter.kind:
            case _ if document_id is not None:
                self._hear_of(document_id, letter)
            case Kind.ACCESS:
                user_id, of_document = read_access(letter.body)
                self._start(self._house.review(user_id=user_id, document_id=of_document))
            case Kind.LOOK:
                self._log_watch.check_all()
            case Kind.GONE:
                self._forget(letter.sender)
            case Kind.QUESTION:
                self._start(self._questions.answer(letter.body))
            case Kind.ANSWER:
                self._questions.take_answer(letter.sender, letter.body)
            case Kind.NEWS:
                self._news_listener(json.loads(letter.body))

    def _hear_of(self, document_id: UUID, letter: Letter) -> None:
        match letter.kind:
            case Kind.ROWS:
                epoch, rows = read_rows(letter.body)
                if rows:
                    self._house.hear(document_id, epoch, rows[-1].seq, rows)
            case Kind.LOOK:
                self._log_watch.check(document_id)
            case Kind.PRESENCE:
                entries = awareness.decode(letter.body, max_bytes=PRESENCE_MAX_BYTES, max_entries=PRESENCE_MAX_ENTRIES)
                self._house.hear_presence(document_id, letter.sender, entries)
            case Kind.WHO:
                self._house.introduce_to_nodes(document_id)

    def _refuse(self, reason: str) -> None:
        self._metrics.bus_refused.labels(reason=reason).inc()
        # It may have been news. The log has them.
        self._log_watch.doubt()
        self._report(reason)

    def _report(self, reason: str) -> None:
        if reason not in self._reported:
            self._reported.add(reason)
            _log.warning("nodes do not understand each other", reason=reason, likely=_LIKELY[reason])

    # Who is there.

    def look_around(self) -> None:
        """See who has not been heard for too long, ourselves included; called about every second."""
        now = monotonic()
        if not self._log_watch.silent and now - self._echo_at > SILENT_SECONDS:
            self.fell_silent()
            self._on_silence()
        for node, heard_at in list(self._others.items()):
            if now - heard_at > GONE_SECONDS:
                self._forget(node)

    def counted(self, processes: int) -> None:
        """Hear how many processes the database counts, us included: all of them should be heard."""
        if self._log_watch.silent or processes <= len(self._others) + 1:
            self._unheard_since = None
            return
        now = monotonic()
        if self._unheard_since is None:
            self._unheard_since = now
        elif now - self._unheard_since > GONE_SECONDS:
            self._log_watch.doubt()
            self._report("not heard")

    async def close(self) -> None:
        """Stop what was begun."""
        for task in list(self._background):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def _heard_ourselves(self) -> None:
        self._echo_at = monotonic()
        if self._log_watch.silent:
            self._log_watch.silent = False
            _log.info("redis carries messages")
            self._start(self._house.review())
            self._log_watch.check_all()

    def _heard_of(self, node: UUID) -> None:
        if node not in self._others:
            _log.info("another node serves, too", node=str(node))
            # It may have been cut off, and we from it: whoever is there must be told of once more.
            for document_id in self._house.open_documents():
                self._channels.say(self._channels.of(document_id), Kind.WHO)
        self._others[node] = monotonic()

    def _forget(self, node: UUID) -> None:
        if self._others.pop(node, None) is not None:
            _log.info("another node is gone", node=str(node))
            self._house.forget_node(node)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
