"""What the pages of a school ask for: every list, with 200 classes, 10,000 people and 100,000 submissions in the database."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from itertools import cycle, islice
from math import ceil

from benchmarks.cases.base import Case, Figure, Outcome
from benchmarks.school import School
from benchmarks.servers.base import HOST, Server
from benchmarks.servers.engine import Lectern

WARM = 3
TIMES, QUICK_TIMES = 200, 5
READERS = 8
SECONDS, QUICK_SECONDS = 10.0, 1.0
LONGEST_SECONDS = 60

Question = tuple[str, str]
"""A path, and the token of who asks."""


class Pages(Case):
    """A teacher and a student open every page, one after the other; then eight people do so at once."""

    name = "pages"
    title = "every list and page, with 200 classes, 10,000 people, 100,000 submissions"
    reach = "p99 ≤ 50 ms each; ≥ 400 reads/s on one core"
    figures = (
        Figure("slowest p99", "ms"),
        Figure("p99", "ms"),
        Figure("p50", "ms"),
        Figure("reads", "/s", less_is_better=False, digits=0),
        Figure("cpu", "ms/read", digits=2),
        Figure("database cpu", "ms/read", digits=2),
    )
    only_engine = True

    def run(self, server: Server, *, quick: bool) -> Outcome:
        """See Case. The p99 of each path is in the JSON as well."""
        assert isinstance(server, Lectern)
        questions = _questions(server.fill_school(), teacher=server.token(0), student=server.token(1))
        outcome = Outcome()
        connection = HTTPConnection(HOST, server.port, timeout=LONGEST_SECONDS)
        for question in questions * WARM:
            _ask(connection, question, outcome.faults)
        if outcome.faults:
            return outcome
        times = QUICK_TIMES if quick else TIMES
        taken = {
            question: sorted(_ask(connection, question, outcome.faults) for _ in range(times)) for question in questions
        }
        connection.close()
        p99s = {question: _percentile(each, 0.99) for question, each in taken.items()}
        everything = sorted(seconds for each in taken.values() for seconds in each)
        outcome.figures = {
            "slowest p99": max(p99s.values()),
            "p99": _percentile(everything, 0.99),
            "p50": _percentile(everything, 0.5),
        }
        for (path, token), p99 in p99s.items():
            who = "teacher" if token == server.token(0) else "student"
            outcome.figures[f"p99 {who} {path}"] = p99
        _crowd(server, questions, QUICK_SECONDS if quick else SECONDS, outcome)
        return outcome


def _questions(school: School, *, teacher: str, student: str) -> list[Question]:
    a_class = f"/api/classes/{school.class_id}"
    both = [
        "/api/me",
        "/api/classes",
        a_class,
        f"{a_class}/members",
        f"{a_class}/documents",
        f"{a_class}/files",
        f"{a_class}/polls",
        f"{a_class}/lessons",
        f"{a_class}/assignments",
        f"{a_class}/progress",
        f"/api/lessons/{school.lesson_id}",
        f"/api/assignments/{school.assignment_id}",
        f"/api/submissions/{school.submission_id}",
        "/api/sessions",
        "/api/courses",
        "/api/courses?query=learns",
        "/api/courses/categories",
        f"/api/courses/{school.class_id}",
        "/api/me/assignments",
        "/api/me/files",
        "/api/me/sign-ins",
    ]
    teachers = [
        f"/api/assignments/{school.assignment_id}/submissions",
        f"/api/assignments/{school.assignment_id}/extensions",
        f"{a_class}/grades",
        f"{a_class}/grades.csv",
        f"{a_class}/grades/changes",
        f"{a_class}/progress/summary",
        f"{a_class}/progress.csv",
        f"{a_class}/invitations",
    ]
    students = ["/api/me/grades", "/api/me/progress"]
    return [(path, teacher) for path in both + teachers] + [(path, student) for path in both + students]


def _ask(connection: HTTPConnection, question: Question, faults: list[str]) -> float:
    """Ask, read the answer whole, and return how many milliseconds that took."""
    path, token = question
    began = time.perf_counter()
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    body = answer.read()
    took = time.perf_counter() - began
    if answer.status != 200:
        faults.append(f"{path}: {answer.status} {body[:120]!r}")
    return took * 1000


def _percentile(ordered: Sequence[float], part: float) -> float:
    return ordered[ceil(part * len(ordered)) - 1]


def _crowd(server: Lectern, questions: Sequence[Question], seconds: float, outcome: Outcome) -> None:
    """Let several people read at once, and count what is answered, and what it costs."""
    began, cpu, database_cpu = time.perf_counter(), server.cpu(), server.database_cpu()
    until = began + seconds

    def read(first: int) -> int:
        connection = HTTPConnection(HOST, server.port, timeout=LONGEST_SECONDS)
        count = 0
        for question in islice(cycle(questions), first, None):
            if time.perf_counter() >= until:
                break
            _ask(connection, question, outcome.faults)
            count += 1
        connection.close()
        return count

    with ThreadPoolExecutor(READERS) as readers:
        reads = sum(readers.map(read, range(0, READERS * 5, 5)))
    outcome.figures["reads"] = reads / (time.perf_counter() - began)
    outcome.figures["cpu"] = (server.cpu() - cpu) * 1000 / reads
    outcome.figures["database cpu"] = (server.database_cpu() - database_cpu) * 1000 / reads
