"""A lesson whose people act without pause through whatever happens to the server, and what they were answered.

They vote, raise hands, get stuck and go on; their teacher opens and closes polls, changes the stage and moves cells. Whatever is somebody's
alone to change is theirs in the ledger: what the server has told them of it last, and what they asked for since.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.running_server import RunningServer
from tests.school import Account, School

STUDENTS = 6
POLLS: dict[str, dict[str, Any]] = {
    "single": {"type": "single", "options": ["Nucleus", "Membrane", "Ribosome"]},
    "multiple": {"type": "multiple", "options": ["A", "B", "C", "D"], "results": "hidden"},
    "ranking": {"type": "ranking", "options": ["Iron", "Gold", "Lead"]},
    "scale": {"type": "scale", "low": 1, "high": 5},
    "word_cloud": {"type": "word_cloud"},
    "anonymous": {"type": "yes_no", "anonymous": True},
}
WORDS = ("cell", "leaf", "root", "stem")
STATES = (None, "opened", "working", "handed_in")
REFUSALS = frozenset({404, 409})
"""Answers that a busy lesson gives: the poll was closed a moment ago, or is not open yet."""


@dataclass
class Ledger:
    """What people know: per thing that only one of them changes, what they were told last and what is on its way."""

    told: dict[Any, Any] = field(default_factory=dict)
    asked: dict[Any, Any] = field(default_factory=dict)
    answered: Counter[str] = field(default_factory=Counter)

    def settle(self, key: Any, found: Any, *, begins: Any) -> None:
        """Check that something is as its owner was told, or as they have asked without hearing the answer; now they know."""
        possible = [self.told.get(key, begins), *([self.asked[key]] if key in self.asked else [])]
        assert found in possible, f"{key} is {found!r}, not one of {possible!r}"
        self.believe(key, found)

    def believe(self, key: Any, found: Any) -> None:
        """Take note of what became of a question whose answer was lost."""
        self.asked.pop(key, None)
        self.told[key] = found


class LiveLesson:
    """A class in session, with its polls and its board of progress."""

    def __init__(self, server: RunningServer, *, seed: int) -> None:
        self.url = server.url
        self.ledger = Ledger()
        self._chosen = random.Random(seed)
        school = School(server.url)
        self.teacher = school.register("Ms. Okafor", "teacher")
        self.students = [school.register(f"Student {n}", "student") for n in range(STUDENTS)]
        opened = school.open_class(self.teacher, *self.students)
        self.class_id: str = opened["id"]
        self.boards: list[str] = [
            school.open_board(self.teacher, self.class_id, title=f"Board {n}")["id"] for n in range(2)
        ]
        self.session: dict[str, Any] = self._made(f"classes/{self.class_id}/sessions/start")
        self.polls = {
            name: self._made(f"classes/{self.class_id}/polls", question=f"{name}?", **poll)
            for name, poll in POLLS.items()
        }
        self.columns: list[str] = [
            self._made(f"classes/{self.class_id}/progress/columns", title=f"Task {n}")["id"] for n in range(3)
        ]
        for account in (self.teacher, *self.students):
            account.api.close()

    def _made(self, path: str, **body: Any) -> dict[str, Any]:
        made: dict[str, Any] = self.teacher.api.post(f"/api/{path}", json=body).raise_for_status().json()
        return made

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Let everybody act; the block ends with the server's end."""
        async with asyncio.TaskGroup() as group:
            for student in self.students:
                group.create_task(self._acts(student, self._student_acts))
            for act in (self._runs_poll, self._changes_stage, self._moves_cell):
                group.create_task(self._acts(self.teacher, act))
            yield

    async def has_heard(self, answers: int) -> None:
        """Wait until people have had this many answers, counting from the first."""
        async with asyncio.timeout(60):
            while self.ledger.answered.total() < answers:  # noqa: ASYNC110 -- many people hear, none of them all
                await asyncio.sleep(0.002)

    async def _acts(self, account: Account, act: Callable[["Person"], Any]) -> None:
        headers = {"Authorization": f"Bearer {account.token}"}
        async with httpx.AsyncClient(base_url=f"{self.url}/api", headers=headers, trust_env=False, timeout=30) as api:
            try:
                while True:
                    await act(Person(account, api, self.ledger))
            except httpx.TransportError:
                return

    async def _student_acts(self, person: "Person") -> None:
        match self._chosen.randrange(6):
            case 0:
                up = self._chosen.random() < 0.5
                path = f"/sessions/{self.session['id']}/hand"
                await person.asks("PUT" if up else "DELETE", path, key=("hand", person.id), value=up)
            case 1:
                # To come further ends being stuck, so the teacher leaves this column alone.
                column, stuck = self.columns[0], self._chosen.random() < 0.5
                path = f"/classes/{self.class_id}/progress/cells/{person.id}/{column}/stuck"
                await person.asks("PUT", path, {"stuck": stuck}, key=("stuck", person.id), value=stuck)
            case _:
                await self._votes(person)

    async def _votes(self, person: "Person") -> None:
        name = self._chosen.choice(list(POLLS))
        poll, choices = self.polls[name], self._ballot(name)
        body = {"choices": choices, "secret": f"secret-of-{person.id}"}
        await person.asks(
            "PUT",
            f"/polls/{poll['id']}/ballot",
            body,
            key=("ballot", name, person.id),
            value=choices,
            # A ballot belongs to the round that the server says it was counted in.
            heard=lambda answer: (answer["round"], choices),
        )

    def _ballot(self, name: str) -> list[str]:
        ids = [each["id"] for each in self.polls[name]["options"]]
        match POLLS[name]["type"]:
            case "multiple":
                return sorted(self._chosen.sample(ids, self._chosen.randint(1, len(ids))))
            case "ranking":
                return self._chosen.sample(ids, len(ids))
            case "word_cloud":
                return sorted(self._chosen.sample(WORDS, self._chosen.randint(1, 3)))
            case _:
                return [self._chosen.choice(ids)]

    async def _runs_poll(self, person: "Person") -> None:
        name = self._chosen.choice(list(POLLS))
        # Open for most of the time: who closes everything has nobody who votes.
        step = self._chosen.choice(("open", "open", "open", "close", "publish", "unpublish", "rounds"))
        if step == "rounds" and self._chosen.random() < 0.7:
            step = "open"
        path = f"/polls/{self.polls[name]['id']}/{step}"
        seen = ("state", "round")
        await person.asks(
            "POST",
            path,
            {},
            key=("poll", name),
            value=step,
            heard=lambda answer: {each: answer[each] for each in seen},
        )

    async def _changes_stage(self, person: "Person") -> None:
        nothing = {"kind": "none"}
        document_id = self._chosen.choice([*self.boards, self.polls["single"]["document_id"], None])
        shown = nothing if document_id is None else {"kind": "document", "document_id": document_id}
        change: dict[str, Any] = self._chosen.choice(
            (
                {"activity": shown},
                {"locked": self._chosen.random() < 0.5},
                {"roam": self._chosen.random() < 0.5},
                {"presenter_id": self._chosen.choice(self.students).id},
                {"timer_seconds": self._chosen.randint(60, 600)},
                {"activity": shown, "locked": True, "timer_seconds": None},
            )
        )
        seen = ("locked", "roam")
        await person.asks(
            "PATCH",
            f"/sessions/{self.session['id']}/stage",
            change,
            key="stage",
            value=change,
            heard=lambda answer: {
                **{each: answer[each] for each in seen},
                "document_id": answer["activity"]["document_id"],
            },
        )

    async def _moves_cell(self, person: "Person") -> None:
        student, column = self._chosen.choice(self.students), self._chosen.choice(self.columns[1:])
        state = self._chosen.choice(STATES)
        path = f"/classes/{self.class_id}/progress/cells/{student.id}/{column}"
        await person.asks("PUT", path, {"state": state}, key=("cell", student.id, column), value=state)


class Person:
    """Somebody who asks the server for something and keeps the answer."""

    def __init__(self, account: Account, api: httpx.AsyncClient, ledger: Ledger) -> None:
        self.id = account.id
        self._api = api
        self._ledger = ledger

    async def asks(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: Any,
        value: Any,
        heard: Callable[[Any], Any] | None = None,
    ) -> None:
        """Ask, and note what was answered; what was refused changes nothing."""
        self._ledger.asked[key] = value
        answer = await self._api.request(method, path, json=body)
        assert answer.status_code < 300 or answer.status_code in REFUSALS, f"{method} {path}: {answer.text}"
        del self._ledger.asked[key]
        if answer.status_code < 300:
            self._ledger.told[key] = value if heard is None else heard(answer.json())
            self._ledger.answered[key[0] if isinstance(key, tuple) else key] += 1
