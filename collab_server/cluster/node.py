"""This process among those that serve the same documents (SPEC rule 17).

What others commit, show and decide is heard over the bus; whatever was not heard is found in the log. While the bus is silent a node
asks the log once a second how far the open documents go, and decides anew about everybody's rights. Nothing depends on the
bus but how soon things are known.
"""

import asyncio
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from uuid import UUID

from collab_server.cluster.bus import Bus
from collab_server.cluster.channels import Channels
from collab_server.cluster.envelope import Kind
from collab_server.cluster.hearing import Hearing, News
from collab_server.cluster.log_watch import LogWatch
from collab_server.cluster.messages import write_access, write_rows
from collab_server.cluster.ports import Heads, House, Place
from collab_server.cluster.questions import Answer, Answerer, Question, Questions
from collab_server.metrics import Metrics
from collab_server.ports import LogRow, OtherNodes

BEAT_SECONDS = 1.0


class Node(OtherNodes):
    """Tells the others; what they tell is heard by its `Hearing`. It takes part from `start` on."""

    _channels: Channels
    _hearing: Hearing

    def __init__(self, bus: Bus, place: Place, heads: Heads, *, secret_key: str, metrics: Metrics) -> None:
        self._bus = bus
        self._place = place
        self._heads = heads
        self._secret_key = secret_key
        self._metrics = metrics
        self._questions = Questions(self._say_everyone)
        self._attended: set[UUID] = set()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def others(self) -> Collection[UUID]:
        """Return the other nodes that are heard."""
        return self._hearing.others

    @property
    def silent(self) -> bool:
        """Say whether the bus is away."""
        return self._log_watch.silent

    async def start(self, house: House, *, news_listener: Callable[[News], None] = lambda _: None) -> None:
        """Take part, for an engine, once our place is taken. `news_listener` hears what other nodes tell with `tell`."""
        self._channels = Channels(self._bus, self._place, secret_key=self._secret_key, metrics=self._metrics)
        self._log_watch = LogWatch(house, self._heads)
        self._hearing = Hearing(
            house,
            self._channels,
            self._log_watch,
            self._questions,
            metrics=self._metrics,
            news_listener=news_listener,
            on_silence=self._bus.reconnect,
        )
        self._metrics.nodes.set_function(lambda: len(self.others))
        self._metrics.bus_silent.set_function(lambda: int(self.silent))
        self._bus.subscribe(self._channels.everyone)
        self._bus.start(self._hearing)
        self._tasks = [
            asyncio.create_task(self._live(), name="node"),
            asyncio.create_task(self._log_watch.watch(), name="log watch"),
        ]

    async def close(self) -> None:
        """Say good-bye, and take part no more."""
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        if self._tasks:
            await self._hearing.close()
            self._say_everyone(Kind.GONE)
            await self._bus.close()

    def counted(self, processes: int) -> None:
        """Hear how many processes serve the database, us included."""
        self._hearing.counted(processes)

    def database_moved(self) -> None:
        """Hear that the database goes on in another history: nodes that are still at the one before tell us nothing any more."""
        if not self._tasks:
            return
        self._say_everyone(Kind.GONE)
        for channel in (self._channels.everyone, *map(self._channels.of, self._attended)):
            self._bus.unsubscribe(channel)
        self._channels.begin_anew()
        for channel in (self._channels.everyone, *map(self._channels.of, self._attended)):
            self._bus.subscribe(channel)

    def answer_with(self, answerers: Mapping[str, Answerer]) -> None:
        """Have other nodes' questions answered, each kind (the question's `do`) by its own."""
        self._questions.answer_with(answerers)

    async def ask(self, question: Question) -> Sequence[Answer]:
        """Ask all other nodes; one that does not answer within a moment is left out."""
        return await self._questions.ask(question, of=self.others)

    def tell(self, news: News) -> None:
        """Tell all other nodes something; who misses it must be able to do without."""
        self._say_everyone(Kind.NEWS, json.dumps(news).encode())

    def attend(self, document_id: UUID) -> None:
        """See ports.OtherNodes."""
        self._attended.add(document_id)
        self._bus.subscribe(self._channels.of(document_id))

    def leave(self, document_id: UUID) -> None:
        """See ports.OtherNodes."""
        self._attended.discard(document_id)
        self._bus.unsubscribe(self._channels.of(document_id))

    def committed(self, document_id: UUID, epoch: int, first_seq: int, rows: Sequence[LogRow]) -> None:
        """See ports.OtherNodes."""
        body = write_rows(epoch, first_seq, rows)
        if body is None:
            self._say_of(document_id, Kind.LOOK)
        else:
            self._say_of(document_id, Kind.ROWS, body)

    def presence(self, document_id: UUID, states: bytes) -> None:
        """See ports.OtherNodes."""
        self._say_of(document_id, Kind.PRESENCE, states)

    def restored(self, document_id: UUID) -> None:
        """See ports.OtherNodes."""
        self._say_of(document_id, Kind.LOOK)

    def access_changed(self, *, user_id: UUID | None, document_id: UUID | None) -> None:
        """See ports.OtherNodes."""
        self._say_everyone(Kind.ACCESS, write_access(user_id, document_id))

    async def _live(self) -> None:
        while True:
            self._hearing.look_around()
            self._say_everyone(Kind.ALIVE)
            await asyncio.sleep(BEAT_SECONDS)

    def _say_of(self, document_id: UUID, kind: Kind, body: bytes = b"") -> None:
        self._channels.say(self._channels.of(document_id), kind, body)

    def _say_everyone(self, kind: Kind, body: bytes = b"") -> None:
        self._channels.say(self._channels.everyone, kind, body)
