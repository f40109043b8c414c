"""Progress boards with stock Yjs clients on the real server: who sees what, what others write there, and putting it right."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.running_server import RunningServer
from tests.school import Account, School
from tests.yjs_peers import Peer, Peers, yjs_peers

pytestmark = [pytest.mark.node, pytest.mark.postgres]


@pytest.fixture
async def peers() -> AsyncIterator[Peers]:
    async with yjs_peers() as running:
        yield running


class Course:
    """A class with two students and one column of the teacher's own."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        school = School(server.url)
        self.teacher = school.register("Ms. Okafor", "teacher")
        self.zoe = school.register("Zoë", "student")
        self.mei = school.register("林美", "student")
        self.path = f"/api/classes/{school.open_class(self.teacher, self.zoe, self.mei)['id']}/progress"
        made = self.teacher.api.post(f"{self.path}/columns", json={"title": "Talk"}).raise_for_status()
        self.talk = str(made.json()["id"])

    def document(self, person: Account) -> str:
        return str(person.api.get(self.path).raise_for_status().json()["document_id"])

    async def enter(self, peers: Peers, person: Account, document: str, dialect: str = "hocuspocus") -> Peer:
        return await peers.open(dialect, self.server.websocket_url, document, person.token)

    def set(self, person: Account, state: str) -> None:
        address = f"{self.path}/cells/{person.id}/{self.talk}"
        self.teacher.api.put(address, json={"state": state}).raise_for_status()


@pytest.fixture
def course(shared_server: RunningServer) -> Course:
    return Course(shared_server)


@pytest.mark.parametrize("dialect", ["y-websocket", "hocuspocus"])
async def test_cells_move_on_the_open_documents_of_those_who_may_see_them(
    course: Course, peers: Peers, dialect: str
) -> None:
    teacher = await course.enter(peers, course.teacher, course.document(course.teacher), dialect)
    zoe = await course.enter(peers, course.zoe, course.document(course.zoe), dialect)
    mei = await course.enter(peers, course.mei, course.document(course.mei), dialect)
    for peer in (teacher, zoe, mei):
        await peer.synced()
    course.set(course.zoe, "handed_in")

    def moved(rows: Any) -> bool:
        return bool(rows.get(course.zoe.id, {}).get(course.talk, {}).get("state") == "handed_in")

    await teacher.becomes(moved, "read", map="rows")
    await zoe.becomes(moved, "read", map="rows")
    course.set(course.mei, "opened")
    await mei.becomes(lambda rows: rows.keys() == {course.mei.id}, "read", map="rows")
    assert (await zoe.do("read", map="rows")).keys() == {course.zoe.id}
    assert (await zoe.do("read", map="people")).keys() == {course.zoe.id}


@pytest.mark.parametrize("dialect", ["y-websocket", "hocuspocus"])
async def test_a_student_reads_no_others_and_writes_none(course: Course, peers: Peers, dialect: str) -> None:
    for owner in (course.teacher, course.mei):
        stranger = await course.enter(peers, course.zoe, course.document(owner), dialect)
        if dialect == "hocuspocus":
            await stranger.heard(event="denied", reason="not_found")
        else:
            await stranger.heard(event="closed", code=4404)
    own = course.document(course.zoe)
    zoe = await course.enter(peers, course.zoe, own, dialect)
    await zoe.synced()
    await zoe.do("set", root="rows", key=course.zoe.id, value={course.talk: {"state": "graded", "score": 15}})
    if dialect == "hocuspocus":
        await zoe.heard(event="denied", reason="write_refused")
    else:
        await zoe.heard(event="closed", code=4403)
    again = await course.enter(peers, course.zoe, own)
    await again.synced()
    assert await again.do("read", map="rows") == {}


async def test_a_remark_written_with_any_program_reaches_the_student(course: Course, peers: Peers) -> None:
    own = course.document(course.zoe)
    zoe = await course.enter(peers, course.zoe, own)
    teacher = await course.enter(peers, course.teacher, course.document(course.teacher))
    for peer in (zoe, teacher):
        await peer.synced()
    marks = {course.talk: " Well done. "}
    await teacher.do("set", root="marks", key=course.zoe.id, value=marks)
    await teacher.saved()
    # It is a record as soon as anybody looks.
    (row,) = course.zoe.api.get("/api/me/progress").raise_for_status().json()["items"]
    assert row["activities"][0]["remark"] == "Well done."
    await zoe.becomes(lambda found: found == {course.zoe.id: {course.talk: "Well done."}}, "read", map="marks")
    # Written through the API, it goes on from there.
    course.teacher.api.put(
        f"{course.path}/marks/{course.zoe.id}/{course.talk}", json={"remark": "Even better."}
    ).raise_for_status()
    await zoe.becomes(lambda found: found == {course.zoe.id: {course.talk: "Even better."}}, "read", map="marks")
    await teacher.becomes(lambda found: found == {course.zoe.id: {course.talk: "Even better."}}, "read", map="marks")


async def test_what_another_program_has_broken_is_put_right_from_the_records(course: Course, peers: Peers) -> None:
    course.set(course.zoe, "handed_in")
    address = f"{course.path}/marks/{course.zoe.id}/{course.talk}"
    course.teacher.api.put(address, json={"remark": "Kept."}).raise_for_status()
    board, own = course.document(course.teacher), course.document(course.zoe)
    teacher = await course.enter(peers, course.teacher, board)
    page = await course.enter(peers, course.teacher, own)
    for peer in (teacher, page):
        await peer.synced()
    sound = {name: await teacher.do("read", map=name) for name in ("rows", "people", "marks")}
    for peer in (teacher, page):
        await peer.do("set", root="rows", key=course.zoe.id, value="nonsense")
        await peer.do("set", root="rows", key="stranger", value={course.talk: {"state": 7}})
        await peer.do("set", root="people", key=course.mei.id, value=[1, 2])
        await peer.do("set", root="marks", key=course.zoe.id, value=5)
        await peer.saved()
    # Nothing that reads it minds.
    assert course.teacher.api.get(f"{course.path}/summary").status_code == 200
    assert "Kept." in course.teacher.api.get(f"{course.path}.csv").text
    assert course.zoe.api.get("/api/me/progress").json()["items"][0]["activities"][0]["state"] == "handed_in"
    course.set(course.mei, "opened")
    course.set(course.mei, "working")
    course.teacher.api.post(f"{course.path}/rebuild").raise_for_status()
    for name in ("people", "marks"):
        await teacher.becomes(sound[name].__eq__, "read", map=name)
    rows = await teacher.becomes(lambda found: found.keys() == {course.zoe.id, course.mei.id}, "read", map="rows")
    assert rows[course.zoe.id] == sound["rows"][course.zoe.id]
    await page.becomes(lambda found: found == {course.zoe.id: sound["rows"][course.zoe.id]}, "read", map="rows")
    await page.becomes(lambda found: found == sound["marks"], "read", map="marks")
    assert (await page.do("read", map="people")).keys() == {course.zoe.id}
