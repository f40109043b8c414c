"""`lectern export` and `lectern import`: a class travels from one running server to another, as its people see it."""

import asyncio
import json
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import StartServer, run_sql, with_database
from tests.running_server import RunningServer, free_port, http_client, lectern
from tests.school import School
from tests.yjs_peers import yjs_peers

TEACHER = "teacher@lectern.example"
PASSWORD = "lectern-demo"
FILM = b"\x00\x00\x00\x18ftypmp42" + b"not quite a film" * 50_000


@pytest.fixture
def new_database(postgres_url: str, migrated_template: str, database_names: Iterator[str]) -> Iterator[str]:
    """Make a second migrated database for one test."""
    name = next(database_names)
    run_sql(postgres_url, f"CREATE DATABASE {name} TEMPLATE {migrated_template} STRATEGY file_copy")
    yield with_database(postgres_url, name)
    run_sql(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


def picture() -> bytes:
    from io import BytesIO

    from PIL import Image

    file = BytesIO()
    Image.new("RGB", (40, 30), "#1971c2").save(file, "PNG")
    return file.getvalue()


def succeeded(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1, done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    assert all(line.startswith("lectern: ") for line in done.stderr.splitlines())
    return done.stderr.splitlines()[-1].removeprefix("lectern: ")


def teacher_of(server: RunningServer) -> httpx.Client:
    api = http_client(server.url)
    answer = api.post("/api/auth/login", json={"email": TEACHER, "password": PASSWORD}).raise_for_status()
    api.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return api


def found(api: httpx.Client, path: str) -> Any:
    return api.get(f"/api{path}").raise_for_status().json()


class Plain:
    """What an API says, with each id as its number in the order in which one meets it, and without what is of the moment."""

    PASSING = frozenset({"created_at", "updated_at", "version"})

    def __init__(self) -> None:
        self.ids: dict[str, str] = {}

    def of(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {self.of(key): self.of(each) for key, each in value.items() if key not in self.PASSING}
        if isinstance(value, list):
            return [self.of(each) for each in value]
        if isinstance(value, str):
            prefix, _, last = value.rpartition("/")
            if len(last) == 36 and last.count("-") == 4:
                number = self.ids.setdefault(last, f"id {len(self.ids)}")
                return f"{prefix}/{number}" if prefix else number
        return value


def as_seen(api: httpx.Client, class_id: str) -> Any:
    """Return all of a class that has no people in it, through the API, in an order that does not depend on ids."""
    outline = found(api, f"/classes/{class_id}/lessons")
    lessons = [found(api, f"/lessons/{lesson['id']}") for unit in outline["units"] for lesson in unit["lessons"]]
    for lesson in lessons:
        for what in ("documents", "files"):
            lesson[what].sort(key=lambda each: each.get("title") or each["name"])
    # A poll arrives as one that was prepared, and then its document is not among those of the class.
    documents = [each for each in found(api, f"/classes/{class_id}/documents")["items"] if each["kind"] != "poll"]
    contents, decks, files = [], [], []
    for each in documents:
        content = found(api, f"/documents/{each['id']}/export?format=json")
        contents.append(content)
        if each["kind"] == "slides":
            deck = found(api, f"/documents/{each['id']}/slides")
            # Only of the last day.
            deck.pop("uploads")
            deck["pages"].sort(key=lambda page: page["page"])
            decks.append(deck)
            decks.append(
                [
                    found(api, f"/documents/{slide['board_id']}/export?format=json")
                    for slide in content["slides"]
                    if slide.get("board_id")
                ]
            )
    shared = found(api, f"/classes/{class_id}/files")["items"]
    files = [api.get(each["file"]["url"]).raise_for_status().content for each in shared]
    gradebook = found(api, f"/classes/{class_id}/grades")
    gradebook.pop("students")
    assignments = [
        {key: value for key, value in each.items() if key not in ("work", "own")}
        for each in found(api, f"/classes/{class_id}/assignments")["items"]
    ]
    polls = [
        {key: value for key, value in poll.items() if key not in ("state", "round", "shown", "closes_at")}
        for poll in found(api, f"/classes/{class_id}/polls")["items"]
    ]
    plain = Plain()
    return {
        "documents": plain.of(documents),
        "contents": plain.of(contents),
        "decks": plain.of(decks),
        "lessons": plain.of(lessons),
        "outline": plain.of(
            [[unit["title"], [each["title"] for each in unit["lessons"]]] for unit in outline["units"]]
        ),
        "files": (plain.of([{**each, "added_by": None, "added_by_name": None} for each in shared]), files),
        "assignments": plain.of(assignments),
        "gradebook": plain.of(gradebook),
        "polls": plain.of(polls),
    }


def add_what_the_demo_lacks(server: RunningServer, api: httpx.Client, class_id: str) -> dict[str, str]:
    """Share a film, show it in a lesson, ask a question on a slide and put a picture on the board."""
    film = api.post("/api/files", files={"file": ("rain.mp4", FILM)}).raise_for_status().json()
    api.post(f"/api/classes/{class_id}/files", json={"file_id": film["id"]}).raise_for_status()
    documents = {each["kind"]: each["id"] for each in found(api, f"/classes/{class_id}/documents")["items"]}
    outline = found(api, f"/classes/{class_id}/lessons")
    lesson = found(api, f"/lessons/{outline['units'][0]['lessons'][0]['id']}")
    lesson["content"]["content"].append({"type": "attachment", "attrs": {"file_id": film["id"]}})
    api.put(
        f"/api/lessons/{lesson['id']}/content", json={"content": lesson["content"], "version": lesson["version"]}
    ).raise_for_status()
    poll = api.post(
        f"/api/classes/{class_id}/polls",
        json={
            "question": "What falls?",
            "type": "scored",
            "options": ["Rain", "Stones"],
            "correct": [0],
            "points": 3,
            "seconds": 60,
        },
    ).raise_for_status()
    shown = api.post(
        "/api/files", files={"file": ("drop.png", picture())}, data={"document_id": documents["whiteboard"]}
    )
    return {
        "board": documents["whiteboard"],
        "deck": documents["slides"],
        "url": shown.raise_for_status().json()["url"],
        "poll": poll.json()["id"],
    }


async def draw(server: RunningServer, token: str, made: dict[str, str]) -> None:
    """Put the picture on the board, as a stock client does."""
    async with yjs_peers() as peers:
        board = await (await peers.open("hocuspocus", server.websocket_url, made["board"], token)).synced()
        file = {"url": made["url"], "media_type": "image/png"}
        await board.do("set", root="files", key="drop", value=file)
        element = {"id": "e1", "type": "image", "fileId": "drop", "x": 1, "y": 2, "width": 40, "height": 30}
        await board.do("set", root="elements", key="e1", value=element)
        await board.saved()
        deck = await (await peers.open("hocuspocus", server.websocket_url, made["deck"], token)).synced()
        await deck.do("push", root="slides", value={"id": "asked", "title": "Your turn", "poll_id": made["poll"]})
        await deck.saved()


async def test_a_class_travels_from_one_server_to_another_as_its_people_see_it(
    start_server: StartServer, new_database: str, tmp_path: Path
) -> None:
    server = await asyncio.to_thread(lambda: start_server(demo="true"))
    api = teacher_of(server)
    (room,) = found(api, "/classes")["items"]
    made = await asyncio.to_thread(add_what_the_demo_lacks, server, api, room["id"])
    await draw(server, api.headers["Authorization"].removeprefix("Bearer "), made)
    before = await asyncio.to_thread(as_seen, api, room["id"])
    archive = tmp_path / "science.lectern"
    said = succeeded(
        await asyncio.to_thread(lectern, "export", room["id"], "--to", str(archive), settings=server.settings)
    )
    assert "Saved 'Science 7b'" in said and "What belongs to people is not in it" in said
    names = zipfile.ZipFile(archive).namelist()
    everything = "".join(
        zipfile.ZipFile(archive).read(name).decode(errors="replace") for name in names if name.endswith(".json")
    )
    for private in ("Zoë", "zoe@", "أمير", "cotton", "A picture in words"):
        assert private not in everything

    other = await asyncio.to_thread(lambda: start_server(database_url=new_database))
    teacher = School(other.url).register("Mr. Ito", "teacher")
    arguments = ("import", str(archive), "--teacher", teacher.email.upper())
    said = succeeded(await asyncio.to_thread(lambda: lectern(*arguments, settings=other.settings)))
    (there,) = found(teacher.api, "/classes")["items"]
    assert said.endswith(f"/classes/{there['id']}\n")
    assert there["title"] == "Science 7b"
    assert (there["student_count"], [each["name"] for each in there["teachers"]]) == (0, ["Mr. Ito"])
    after = await asyncio.to_thread(as_seen, teacher.api, there["id"])
    for part, value in before.items():
        assert json.dumps(after[part], indent=1, default=repr) == json.dumps(value, indent=1, default=repr), part
    course = found(teacher.api, f"/courses/{there['course']['id']}")
    assert (course["title"], course["published"]) == (room["course"]["title"], False)

    async with yjs_peers() as peers:
        documents = {
            each["kind"]: each["id"] for each in found(teacher.api, f"/classes/{there['id']}/documents")["items"]
        }
        board = await (
            await peers.open("y-websocket", other.websocket_url, documents["whiteboard"], teacher.token)
        ).synced()
        files = await board.do("read", map="files")
        assert teacher.api.get(files["drop"]["url"]).content == picture()
        deck = await (await peers.open("hocuspocus", other.websocket_url, documents["slides"], teacher.token)).synced()
        slides = await deck.do("readArray", array="slides")
        assert slides[-1]["poll_id"] in {
            each["id"] for each in found(teacher.api, f"/classes/{there['id']}/polls")["items"]
        }
        marked = next(slide for slide in slides if "board_id" in slide)
        over = await (await peers.open("hocuspocus", other.websocket_url, marked["board_id"], teacher.token)).synced()
        assert await over.do("read", map="elements")
        # Nobody's ids: people go on under their own.
        await over.do("set", root="meta", key="by", value="Mr. Ito")
        await over.saved()
        page = f"/documents/{documents['slides']}/slides/pages/{slides[0]['file_id']}/1"
        assert found(teacher.api, page)["text"]
        assert teacher.api.get(f"/api{page}/image").content[8:12] == b"WEBP"
    (poll,) = [
        each for each in found(teacher.api, f"/classes/{there['id']}/polls")["items"] if each["type"] == "scored"
    ]
    teacher.api.post(f"/api/polls/{poll['id']}/open").raise_for_status()

    again = tmp_path / "again.lectern"
    succeeded(await asyncio.to_thread(lectern, "export", there["id"], "--to", str(again), settings=other.settings))
    assert relations(again) == relations(archive)
    assert {name for name in zipfile.ZipFile(again).namelist() if name.startswith("files/")} == {
        name for name in names if name.startswith("files/")
    }
    # Once more, onto the same server: a second class beside the first.
    succeeded(await asyncio.to_thread(lambda: lectern(*arguments, settings=other.settings)))
    assert len(found(teacher.api, "/classes")["items"]) == 2


def relations(archive: Path) -> dict[str, Any]:
    """Return what an archive says in plain fields, with its ids as numbers."""
    plain = Plain()
    with zipfile.ZipFile(archive) as file:
        parts = [
            "course",
            "polls",
            "documents",
            "slides",
            "lessons",
            "class_files",
            "assignments",
            "gradebook",
            "progress",
            "files",
        ]
        found = {name: plain.of(json.loads(file.read(f"{name}.json"))) for name in parts}
        # A file may be called before another one here, and after it there.
        found["files"]["items"].sort(key=lambda each: each["sha256"])
        return found


def test_what_cannot_be_done_is_told_in_one_line_and_leaves_nothing(database_url: str, tmp_path: Path) -> None:
    settings = {"data_dir": str(tmp_path / "data"), "database_url": database_url, "port": str(free_port())}
    run_sql(
        database_url,
        "insert into users (id, email, name, role, password_hash, status, color)"
        " values (gen_random_uuid(), 'ito@school.example', 'Mr. Ito', 'teacher', 'x', 'active', '#123456')",
        "insert into classes (id, title, join_code) values ('00000000-0000-0000-0000-000000000007', '7b', 'ABCDEFGH')",
    )

    def refused(*arguments: object) -> str:
        return refusal(lectern(*map(str, arguments), settings=settings))

    room, archive = "00000000-0000-0000-0000-000000000007", tmp_path / "class.lectern"
    assert "There is no class" in refused("export", room.replace("7", "8"), "--to", archive)
    assert "No such file" in refused("export", room, "--to", tmp_path / "nowhere" / "class.lectern")
    assert not archive.exists()
    said = succeeded(lectern("export", room, "--to", str(archive), settings=settings))
    assert "nothing but its title" in said
    assert archive.stat().st_mode & 0o777 == 0o600
    assert "is there already" in refused("export", room, "--to", archive)
    assert "No such file" in refused("import", tmp_path / "nowhere", "--teacher", "ito@school.example")
    assert "Nobody has an account" in refused("import", archive, "--teacher", "nobody@school.example")
    torn = tmp_path / "torn"
    torn.write_bytes(archive.read_bytes()[:-30])
    assert "not complete" in refused("import", torn, "--teacher", "ito@school.example")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["class.lectern", "torn"]
    succeeded(lectern("import", str(archive), "--teacher", "ito@school.example", settings=settings))
    done = lectern("export", "no id", "--to", str(archive), settings=settings)
    assert (done.returncode, "CLASS_ID" in done.stderr) == (2, True)
