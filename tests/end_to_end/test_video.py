"""The video of a session: the frame with the right address, token and options; and a classroom without video."""

from collections.abc import Callable, Iterator
from typing import Any

import jwt
import pytest
from playwright.sync_api import Page, expect

from tests.conftest import ShareServer, StartServer
from tests.end_to_end.classroom import Lesson
from tests.end_to_end.conftest import PHONE, Room
from tests.end_to_end.test_accessibility import faults
from tests.end_to_end.video_server import VideoServer, video_server
from tests.running_server import RunningServer
from tests.school import School

pytestmark = pytest.mark.browser

SECRET = "what Jitsi's Prosody was given, too"
OFF = {"disableChat": True, "disablePolls": True, "whiteboard": {"enabled": False}}


@pytest.fixture(scope="module")
def video() -> Iterator[VideoServer]:
    with video_server() as server:
        yield server


@pytest.fixture(scope="module")
def server_with_video(share_server: ShareServer, video: VideoServer) -> Iterator[RunningServer]:
    with share_server(jitsi_domain=video.domain, jitsi_app_id="lectern", jitsi_app_secret=SECRET) as server:
        yield server


def lesson_at(server: RunningServer, video: VideoServer, open_room: Callable[[str], Room]) -> Lesson:
    room = open_room(server.url)
    room.trusted = f"http://{video.domain}/"
    return Lesson(room, School(server.url))


@pytest.fixture
def lesson(server_with_video: RunningServer, open_room: Callable[[str], Room], video: VideoServer) -> Lesson:
    video.asked.clear()
    return lesson_at(server_with_video, video, open_room)


def meetings(page: Page) -> list[dict[str, Any]]:
    """Return the meetings that the page has opened: where, with what, and whether they are still open."""
    found: list[dict[str, Any]] = page.evaluate(
        "() => (window.meetings ?? []).map(({ domain, options, disposed }) => ({ domain, options, disposed }))"
    )
    return found


def test_teacher_and_student_join_one_room_of_the_schools_own_video(lesson: Lesson, video: VideoServer) -> None:
    session = lesson.start()
    lesson.show(session, lesson.board)
    rooms = set()
    for person, affiliation in ((lesson.teacher, "owner"), (lesson.students[0], "member")):
        inside = lesson.enter(person)
        inside.shows("The water cycle")
        assert meetings(inside.page) == []
        inside.button("Join video").click()
        frame = inside.page.get_by_role("region", name="Video").locator("iframe")
        expect(frame).to_be_visible()
        expect(frame.content_frame.get_by_role("heading", name="Meeting")).to_be_visible()
        (meeting,) = meetings(inside.page)
        options = meeting["options"]
        assert meeting["domain"] == video.domain
        assert frame.get_attribute("src") == f"http://{video.domain}/{options['roomName']}"
        assert OFF.items() <= options["configOverwrite"].items()
        assert not {"chat", "raisehand", "whiteboard"} & set(options["configOverwrite"]["toolbarButtons"])
        claims = jwt.decode(options["jwt"], SECRET, algorithms=["HS256"], audience="lectern", issuer="lectern")
        assert (claims["sub"], claims["room"]) == (video.domain, options["roomName"])
        assert claims["context"]["user"] == {
            "id": person.id,
            "name": person.name,
            "email": person.email,
            "avatar": "",
            "affiliation": affiliation,
            "moderator": "true" if affiliation == "owner" else "false",
        }
        rooms.add(options["roomName"])
    assert len(rooms) == 1
    assert "/external_api.js" in video.asked


def test_the_video_moves_to_the_stage_and_back_without_being_opened_anew(lesson: Lesson) -> None:
    session = lesson.start()
    student = lesson.enter(lesson.students[0])
    student.button("Join video").click()
    place = student.page.get_by_role("region", name="Video")
    expect(place).to_have_attribute("data-place", "strip")
    assert faults(student.page) == []
    lesson.change(session, activity={"kind": "video"})
    expect(place).to_have_attribute("data-place", "stage")
    assert faults(student.page) == []
    lesson.show(session, lesson.board)
    expect(place).to_have_attribute("data-place", "strip")
    assert len(meetings(student.page)) == 1
    student.button("Leave the video").click()
    expect(place).to_have_count(0)
    assert [meeting["disposed"] for meeting in meetings(student.page)] == [True]


def test_on_a_phone_the_video_moves_out_of_the_way(lesson: Lesson) -> None:
    lesson.start()
    student = lesson.enter(lesson.students[0], viewport=PHONE)
    student.page.get_by_role("button", name="Join video").click()
    place = student.page.get_by_role("region", name="Video")
    expect(place).to_have_attribute("data-place", "float")

    def top() -> float:
        box = place.bounding_box()
        assert box is not None
        return box["y"]

    assert top() > PHONE["height"] / 2
    student.button("Move the video out of the way").click()
    assert top() < PHONE["height"] / 4
    assert faults(student.page) == []
    student.button("Move the video out of the way").click()
    assert top() > PHONE["height"] / 2
    assert len(meetings(student.page)) == 1


def test_who_hangs_up_in_the_frame_has_left(lesson: Lesson) -> None:
    lesson.start()
    student = lesson.enter(lesson.students[0])
    student.button("Join video").click()
    place = student.page.get_by_role("region", name="Video")
    expect(place.locator("iframe")).to_be_visible()
    student.page.evaluate("() => window.meetings[0].api.listeners.readyToClose()")
    expect(place).to_have_count(0)
    expect(student.button("Join video")).to_be_visible()


def test_a_video_on_stage_waits_until_somebody_wants_to_be_seen(lesson: Lesson) -> None:
    session = lesson.start()
    student = lesson.enter(lesson.students[0])
    lesson.change(session, activity={"kind": "video"})
    expect(student.page.get_by_role("heading", name="The video is on stage")).to_be_visible()
    assert meetings(student.page) == []
    student.page.get_by_role("main").get_by_role("button", name="Join video").click()
    expect(student.page.get_by_role("region", name="Video")).to_have_attribute("data-place", "stage")


def test_a_video_server_that_is_away_leaves_the_classroom_as_it_is(
    start_server: StartServer, open_room: Callable[[str], Room]
) -> None:
    with video_server() as video:
        server = start_server(jitsi_domain=video.domain, jitsi_app_id="lectern", jitsi_app_secret=SECRET)
        lesson = lesson_at(server, video, open_room)
        session = lesson.start()
        lesson.show(session, lesson.board)
        student = lesson.enter(lesson.students[0])
        student.shows("The water cycle")
        video.close()
        student.button("Join video").click()
        expect(student.page.get_by_text("The video cannot be reached.")).to_be_visible()
        student.shows("The water cycle")
        expect(student.button("Join video")).to_be_visible()


def test_without_video_only_the_teacher_is_told(room: Room, school: School) -> None:
    lesson = Lesson(room, school)
    lesson.start()
    teacher, student = lesson.enter(lesson.teacher), lesson.enter(lesson.students[0])
    for person in (teacher, student):
        expect(person.page.get_by_text("Nothing is on stage yet")).to_be_visible()
        expect(person.button("Join video")).to_have_count(0)
    item = teacher.page.get_by_role("navigation", name="Activities").get_by_role("button", name="Video")
    expect(item).to_be_disabled()
    item.hover()
    expect(teacher.page.get_by_text("No video is set up here.")).to_be_visible()
    expect(student.page.get_by_text("video", exact=False)).to_have_count(0)
