"""Class sessions through the API: plan, start, end; hands, attendance, video; who may do what."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
import pytest_asyncio
from sqlalchemy import update

from classroom.sessions.models import SessionRow
from classroom.video.jitsi import Jitsi
from tests.integration.conftest import Api, Classroom
from tests.integration.running_session import Lesson, another_teacher


def times(*, starts_in: int = 60, minutes: int = 45) -> dict[str, str]:
    start = datetime.now(UTC) + timedelta(minutes=starts_in)
    return {"starts_at": start.isoformat(), "ends_at": (start + timedelta(minutes=minutes)).isoformat()}


@pytest_asyncio.fixture
async def lesson(classroom: Classroom) -> Lesson:
    response = await classroom.teacher.post(f"/classes/{classroom.class_id}/sessions/start", {})
    assert response.status_code == 200, response.text
    return Lesson(classroom, response.json())


# Planning


async def test_a_session_is_planned_changed_and_taken_off(classroom: Classroom) -> None:
    teacher = classroom.teacher
    made = await teacher.post("/sessions", {"class_id": classroom.class_id, "title": " Volcanoes ", **times()})
    assert made.status_code == 201
    session = made.json()
    assert {**session, "id": "", "starts_at": "", "ends_at": ""} == {
        "id": "",
        "class_id": classroom.class_id,
        "title": "Volcanoes",
        "state": "scheduled",
        "starts_at": "",
        "ends_at": "",
        "started_at": None,
        "ended_at": None,
        "stage_document_id": None,
        "video": False,
        "role": "teacher",
    }
    path = f"/sessions/{session['id']}"
    later = times(starts_in=120)
    changed = (await teacher.patch(path, {"title": "Magma", **later})).json()
    assert changed["title"] == "Magma"
    assert datetime.fromisoformat(changed["starts_at"]) == datetime.fromisoformat(later["starts_at"])
    assert (await classroom.student.get(path)).json() == {**changed, "role": "student"}
    assert (await teacher.delete(path)).status_code == 204
    assert (await teacher.get(path)).status_code == 404


async def test_without_times_a_session_is_now_and_takes_an_hour(classroom: Classroom) -> None:
    session = (await classroom.teacher.post("/sessions", {"class_id": classroom.class_id, "title": "Now"})).json()
    start, end = (datetime.fromisoformat(session[key]) for key in ("starts_at", "ends_at"))
    assert abs(datetime.now(UTC) - start) < timedelta(minutes=1)
    assert end - start == timedelta(hours=1)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"title": "x", **times(minutes=0)}, ["ends_at"]),
        ({"title": "x", **times(minutes=-5)}, ["ends_at"]),
        ({"title": "x", **times(minutes=24 * 60 + 1)}, ["ends_at"]),
        ({"title": "x", "starts_at": "2026-11-21T12:00:00"}, ["starts_at"]),
        ({"title": "x", "starts_at": "tomorrow"}, ["starts_at"]),
        ({"title": "x", "starts_at": "9999-12-31T23:59:59-12:00"}, ["starts_at"]),
        ({"title": " "}, ["title"]),
        ({"title": "x", "room": "mine"}, ["room"]),
    ],
)
async def test_plans_that_make_no_sense_are_refused_by_their_fields(classroom, is_problem, body, fields) -> None:
    response = await classroom.teacher.post("/sessions", {"class_id": classroom.class_id, **body})
    is_problem(response, 422, "validation_failed", *fields)


async def test_only_teachers_of_the_class_plan(classroom: Classroom, is_problem) -> None:
    body = {"class_id": classroom.class_id, "title": "x"}
    is_problem(await classroom.student.post("/sessions", body), 403, "forbidden")
    is_problem(await classroom.stranger.post("/sessions", body), 404, "not_found")


async def test_the_same_key_plans_one_session(classroom: Classroom) -> None:
    body = {"class_id": classroom.class_id, "title": "Once", **times()}
    answers = [await classroom.teacher.post("/sessions", body, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()


# Start and end


async def test_the_class_starts_at_once_and_is_found_by_everybody_in_it(lesson: Lesson) -> None:
    room = lesson.room
    assert (lesson.session["state"], lesson.session["title"]) == ("running", "7b")
    for person, role in ((room.teacher, "teacher"), (room.student, "student")):
        found = (await person.get("/sessions", params={"state": "running"})).json()["items"]
        assert [(each["id"], each["role"]) for each in found] == [(lesson.session["id"], role)]
    assert (await room.stranger.get("/sessions")).json()["items"] == []
    stage = (await room.student.get(f"{lesson.path}/stage")).json()
    assert (stage["state"], stage["activity"]["kind"], stage["hands"]) == ("running", "none", [])
    assert (await lesson.document())["stage"]["state"] == "running"
    assert await lesson.access(room.student, lesson.session["stage_document_id"]) == "read"
    assert await lesson.access(room.teacher, lesson.session["stage_document_id"]) == "read"


async def test_starting_the_class_again_leads_into_the_running_session(lesson: Lesson) -> None:
    room = lesson.room
    second = await another_teacher(room)
    start = f"/classes/{room.class_id}/sessions/start"
    for teacher in (room.teacher, second):
        assert (await teacher.post(start, {})).json()["id"] == lesson.session["id"]
    assert (await room.teacher.post(f"{lesson.path}/start")).json()["id"] == lesson.session["id"]


async def test_two_teachers_who_start_at_once_meet_in_one_session(classroom: Classroom) -> None:
    second = await another_teacher(classroom)
    start = f"/classes/{classroom.class_id}/sessions/start"
    answers = await asyncio.gather(*(teacher.post(start, {}) for teacher in (classroom.teacher, second) * 4))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_the_class_starts_in_the_session_that_is_planned_for_now(classroom: Classroom) -> None:
    teacher = classroom.teacher
    planned = [
        (await teacher.post("/sessions", {"class_id": classroom.class_id, "title": title, **times(**when)})).json()
        for title, when in (
            ("Tomorrow", {"starts_in": 24 * 60}),
            ("Soon", {"starts_in": 20}),
            ("Over", {"starts_in": -60, "minutes": 30}),
        )
    ]
    started = (await teacher.post(f"/classes/{classroom.class_id}/sessions/start", {"title": "Ignored"})).json()
    assert (started["id"], started["title"]) == (planned[1]["id"], "Soon")


async def test_a_second_planned_session_waits_until_the_first_is_over(lesson: Lesson, is_problem) -> None:
    teacher = lesson.room.teacher
    planned = (await teacher.post("/sessions", {"class_id": lesson.room.class_id, "title": "Next", **times()})).json()
    is_problem(await teacher.post(f"/sessions/{planned['id']}/start"), 409, "another_session_running")
    assert (await teacher.post(f"{lesson.path}/end")).json()["state"] == "ended"
    assert (await teacher.post(f"/sessions/{planned['id']}/start")).json()["state"] == "running"


async def test_a_session_that_was_forgotten_stands_in_nobodys_way(lesson: Lesson) -> None:
    room = lesson.room
    yesterday = datetime.now(UTC) - timedelta(hours=20)
    async with room.api.services.database.transaction() as transaction:
        await transaction.session.execute(
            update(SessionRow).values(starts_at=yesterday, ends_at=yesterday + timedelta(hours=1))
        )
    assert (await room.student.get("/sessions", params={"state": "running"})).json()["items"] == []
    started = (await room.teacher.post(f"/classes/{room.class_id}/sessions/start", {})).json()
    assert started["id"] != lesson.session["id"]
    assert (await room.teacher.get(lesson.path)).json()["state"] == "ended"
    assert (await lesson.document())["stage"]["state"] == "ended"


async def test_ending_twice_is_ending_once_and_nothing_happens_afterwards(lesson: Lesson, is_problem) -> None:
    room = lesson.room
    await room.student.put(f"{lesson.path}/hand")
    await room.student.post(f"{lesson.path}/attendance")
    await lesson.stage(timer_seconds=60, roam=True)
    first = (await room.teacher.post(f"{lesson.path}/end")).json()
    assert (await room.teacher.post(f"{lesson.path}/end")).json() == first
    is_problem(await room.teacher.post(f"{lesson.path}/start"), 409, "session_ended")
    is_problem(await room.teacher.patch(f"{lesson.path}/stage", {"roam": True}), 409, "session_ended")
    is_problem(await room.student.put(f"{lesson.path}/hand"), 409, "session_ended")
    is_problem(await room.student.post(f"{lesson.path}/attendance"), 409, "session_ended")
    is_problem(await room.student.get(f"{lesson.path}/video"), 409, "session_ended")
    is_problem(await room.teacher.patch(lesson.path, {"title": "Late"}), 409, "session_ended")
    is_problem(await room.teacher.delete(lesson.path), 409, "session_was_started")
    document = await lesson.document()
    assert document["hands"] == []
    assert {key: document["stage"][key] for key in ("state", "timer", "roam", "activity")} == {
        "state": "ended",
        "timer": None,
        "roam": False,
        "activity": {"kind": "none"},
    }
    assert document["people"] == {room.student.id: {"name": "student 2", "role": "student"}}


async def test_what_was_not_started_has_no_stage(classroom: Classroom, is_problem) -> None:
    planned = (
        await classroom.teacher.post("/sessions", {"class_id": classroom.class_id, "title": "x", **times()})
    ).json()
    path = f"/sessions/{planned['id']}"
    is_problem(await classroom.teacher.post(f"{path}/end"), 409, "session_not_running")
    is_problem(await classroom.teacher.get(f"{path}/stage"), 409, "session_not_running")
    is_problem(await classroom.student.put(f"{path}/hand"), 409, "session_not_running")


async def test_a_running_session_can_be_prolonged_but_not_moved(lesson: Lesson, is_problem) -> None:
    teacher = lesson.room.teacher
    end = datetime.fromisoformat(lesson.session["ends_at"]) + timedelta(minutes=15)
    assert (await teacher.patch(lesson.path, {"ends_at": end.isoformat()})).status_code == 200
    is_problem(
        await teacher.patch(lesson.path, {"starts_at": times()["starts_at"]}), 422, "validation_failed", "starts_at"
    )
    is_problem(await teacher.delete(lesson.path), 409, "session_was_started")


async def test_sessions_of_one_class_come_in_pages(classroom: Classroom, is_problem) -> None:
    ids = [
        (await classroom.teacher.post("/sessions", {"class_id": classroom.class_id, "title": "x", **times()})).json()[
            "id"
        ]
        for _ in range(3)
    ]
    query = {"class_id": classroom.class_id, "limit": 2}
    first = (await classroom.student.get("/sessions", params=query)).json()
    rest = (await classroom.student.get("/sessions", params={**query, "cursor": first["next_cursor"]})).json()
    assert [each["id"] for each in first["items"] + rest["items"]] == ids[::-1]
    assert rest["next_cursor"] is None
    is_problem(await classroom.stranger.get("/sessions", params=query), 404, "not_found")
    is_problem(await classroom.student.get("/sessions", params={"state": "now"}), 422, "validation_failed", "state")


async def test_what_teachers_do_students_may_not_and_strangers_do_not_see(lesson: Lesson, is_problem) -> None:
    room = lesson.room
    teachers_only: list[tuple[str, str, Any]] = [
        ("PATCH", lesson.path, {"title": "x"}),
        ("DELETE", lesson.path, None),
        ("POST", f"{lesson.path}/start", None),
        ("POST", f"{lesson.path}/end", None),
        ("PATCH", f"{lesson.path}/stage", {"locked": True}),
        ("DELETE", f"{lesson.path}/hands", None),
        ("DELETE", f"{lesson.path}/hands/{room.student.id}", None),
        ("GET", f"{lesson.path}/attendance", None),
        ("POST", f"/classes/{room.class_id}/sessions/start", {}),
    ]
    members: list[tuple[str, str, Any]] = [
        ("GET", lesson.path, None),
        ("GET", f"{lesson.path}/stage", None),
        ("PUT", f"{lesson.path}/hand", None),
        ("DELETE", f"{lesson.path}/hand", None),
        ("POST", f"{lesson.path}/attendance", None),
        ("GET", f"{lesson.path}/video", None),
    ]
    for method, path, body in teachers_only:
        is_problem(await room.student.request(method, path, json=body), 403, "forbidden")
    for method, path, body in teachers_only + members:
        is_problem(await room.stranger.request(method, path, json=body), 404, "not_found")
    assert (await room.student.get(lesson.path)).json()["state"] == "running"


# Hands and attendance


async def test_hands_stay_in_the_order_in_which_they_were_raised(lesson: Lesson, api: Api) -> None:
    room = lesson.room
    students = [room.student]
    for name in ("Zoë", "林美"):
        student = await api.person("student", name)
        await student.post("/classes/join", {"join_code": room.join_code})
        students.append(student)
    for student in (students[2], students[0], students[1], students[2]):
        assert (await student.put(f"{lesson.path}/hand")).status_code == 200

    async def hands() -> list[str]:
        found = [hand["user_id"] for hand in (await lesson.document())["hands"]]
        stage = (await room.teacher.get(f"{lesson.path}/stage")).json()
        assert [hand["user_id"] for hand in stage["hands"]] == found
        return found

    line = [students[2].id, students[0].id, students[1].id]
    assert await hands() == line
    await students[0].delete(f"{lesson.path}/hand")
    await students[0].delete(f"{lesson.path}/hand")
    assert await hands() == [line[0], line[2]]
    await students[0].put(f"{lesson.path}/hand")
    assert await hands() == [line[0], line[2], line[1]]
    await room.teacher.delete(f"{lesson.path}/hands/{line[0]}")
    assert await hands() == [line[2], line[1]]
    await room.teacher.delete(f"{lesson.path}/hands")
    assert await hands() == []


async def test_a_class_that_raises_its_hands_at_once_stands_in_one_line(lesson: Lesson, api: Api) -> None:
    students = []
    for _ in range(8):
        student = await api.student()
        await student.post("/classes/join", {"join_code": lesson.room.join_code})
        students.append(student)
    answers = await asyncio.gather(*(student.put(f"{lesson.path}/hand") for student in students * 2))
    assert {answer.status_code for answer in answers} == {200}
    found = (await lesson.document())["hands"]
    assert sorted(hand["user_id"] for hand in found) == sorted(student.id for student in students)
    assert [hand["raised_at"] for hand in found] == sorted(hand["raised_at"] for hand in found)


async def test_who_was_there_is_kept_with_first_and_last_time(lesson: Lesson) -> None:
    room = lesson.room
    for _ in range(2):
        assert (await room.student.post(f"{lesson.path}/attendance")).status_code == 204
    await room.teacher.post(f"{lesson.path}/attendance")
    found = (await room.teacher.get(f"{lesson.path}/attendance")).json()["items"]
    assert [each["user_id"] for each in found] == sorted([room.student.id, room.teacher.id])
    mine = next(each for each in found if each["user_id"] == room.student.id)
    assert mine["first_seen_at"] < mine["last_seen_at"]
    assert len(room.api.live.edited) == 0


# Video


async def test_without_video_the_classroom_says_so(lesson: Lesson, is_problem) -> None:
    assert lesson.session["video"] is False
    is_problem(await lesson.room.teacher.get(f"{lesson.path}/video"), 409, "video_not_configured")


async def test_a_video_token_says_who_comes_where_and_until_when(lesson: Lesson) -> None:
    room = lesson.room
    secret = "a secret that Jitsi shares with us."
    room.api.replace(video=Jitsi("meet.school.example", "lectern", secret))
    assert (await room.student.get(lesson.path)).json()["video"] is True
    names = set()
    for person, affiliation, moderator in ((room.teacher, "owner", "true"), (room.student, "member", "false")):
        response = await person.get(f"{lesson.path}/video")
        assert response.headers["cache-control"] == "private, no-store"
        video = response.json()
        assert (video["provider"], video["domain"]) == ("jitsi", "meet.school.example")
        assert video["url"] == "https://meet.school.example"
        claims = jwt.decode(video["token"], secret, algorithms=["HS256"], audience="lectern", issuer="lectern")
        assert jwt.get_unverified_header(video["token"]) == {"alg": "HS256", "typ": "JWT"}
        assert (claims["sub"], claims["room"]) == ("meet.school.example", video["room"])
        user = claims["context"]["user"]
        assert all(isinstance(value, str) for value in user.values())
        assert (user["id"], user["email"]) == (person.id, person.email)
        assert (user["affiliation"], user["moderator"]) == (affiliation, moderator)
        ends_at = datetime.fromisoformat(lesson.session["ends_at"]).timestamp()
        assert claims["nbf"] <= datetime.now(UTC).timestamp() < ends_at < claims["exp"] <= ends_at + 7200
        names.add(video["room"])
    assert len(names) == 1
    await room.teacher.post(f"{lesson.path}/end")
    again = (await room.teacher.post(f"/classes/{room.class_id}/sessions/start", {})).json()
    names.add((await room.teacher.get(f"/sessions/{again['id']}/video")).json()["room"])
    assert len(names) == 2
    assert all(len(name.removeprefix("lectern-")) == 32 and name == name.lower() for name in names)
