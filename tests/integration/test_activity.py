"""What people do in documents is told to whoever listens: once for each session, together, and never in the way of an edit."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest

from collab_server import activity
from collab_server.live import Activity
from collab_server.ports import Right
from tests.engine_host import EngineHost, engine_host
from tests.raw_client import Author, eventually, raw_client

DOCUMENT = uuid4()


@dataclass
class Listener:
    """Keeps what it hears; `fails_for`: raises where this one's news is among it."""

    calls: list[list[Activity]] = field(default_factory=list)
    fails_for: UUID | None = None

    async def __call__(self, news: Sequence[Activity]) -> None:
        self.calls.append(list(news))
        if any(each.user_id == self.fails_for for each in news):
            raise OSError("no database")

    @property
    def heard(self) -> list[Activity]:
        return [each for call in self.calls for each in call]


@pytest.fixture
async def host() -> AsyncIterator[EngineHost]:
    async with engine_host(None, DOCUMENT) as running:
        yield running


async def test_opening_and_the_first_edit_of_each_session_are_told(
    host: EngineHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activity, "GATHER_SECONDS", 0.0)
    listener = Listener()
    host.engine.listen(listener)
    ada = host.doorkeeper.let("ada", DOCUMENT, Right.WRITE)
    bob = host.doorkeeper.let("bob", DOCUMENT, Right.READ)
    ids = {name: host.doorkeeper.person(name).id for name in ("ada", "bob")}
    opened = Activity(DOCUMENT, ids["ada"], edited=False)
    edited = Activity(DOCUMENT, ids["ada"], edited=True)

    async def hears(*expected: Activity) -> None:
        await eventually(lambda: listener.heard == list(expected), f"{expected}, heard {listener.heard}")

    author = Author(1)
    async with raw_client(host.url, DOCUMENT, ada) as writer:
        await writer.joined()
        await hears(opened)
        for number in range(3):
            await writer.update(author.set("a", number))
        await writer.is_saved(3)
        await hears(opened, edited)
    async with raw_client(host.url, DOCUMENT, bob) as reader:
        await reader.joined()
        # Nothing new, and so no edit of this reader.
        await reader.step2(b"\x00\x00")
        await reader.is_saved(1)
        await hears(opened, edited, Activity(DOCUMENT, ids["bob"], edited=False))
    async with raw_client(host.url, DOCUMENT, ada) as again:
        await again.joined()
        await again.update(author.set("b", 1))
        await again.is_saved(1)
        await eventually(lambda: listener.heard[-1] == edited, f"{edited} once more, heard {listener.heard}")


async def test_what_comes_together_is_told_of_in_one_call_and_who_has_edited_once(host: EngineHost) -> None:
    listener = Listener()
    host.engine.listen(listener)
    people = [uuid4() for _ in range(50)]
    for person in people:
        host.engine.activity.opened(DOCUMENT, person)
    for person in people[:20]:
        host.engine.activity.edited(DOCUMENT, person)
        host.engine.activity.opened(DOCUMENT, person)
    await host.engine.activity.close()
    assert listener.calls == [[Activity(DOCUMENT, person, edited=n < 20) for n, person in enumerate(people)]]


async def test_news_that_cannot_be_recorded_takes_no_other_news_with_it(host: EngineHost) -> None:
    people = [uuid4() for _ in range(3)]
    listener = Listener(fails_for=people[1])
    host.engine.listen(listener)
    for person in people:
        host.engine.activity.opened(DOCUMENT, person)
    await host.engine.activity.close()
    told = [Activity(DOCUMENT, person, edited=False) for person in people]
    assert listener.calls == [told, *[[each] for each in told]]


async def test_news_above_the_bound_is_dropped(host: EngineHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activity, "MAX_WAITING", 2)
    listener = Listener()
    host.engine.listen(listener)
    people = [uuid4() for _ in range(5)]
    for person in people:
        host.engine.activity.opened(DOCUMENT, person)
    host.engine.activity.edited(DOCUMENT, people[0])
    await host.engine.activity.close()
    assert listener.heard == [Activity(DOCUMENT, people[0], edited=True), Activity(DOCUMENT, people[1], edited=False)]
