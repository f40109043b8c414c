"""Sign up, sign in, stay signed in, and come together in a class, as people do it in the browser."""

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from tests.conftest import StartServer
from tests.end_to_end.conftest import Room
from tests.running_server import lectern
from tests.school import PASSWORD, School

pytestmark = pytest.mark.browser


def register(page: Page, *, name: str, email: str, role: str) -> None:
    page.get_by_text(role, exact=True).first.click()
    page.get_by_label("Your name").fill(name)
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()


def test_a_teacher_opens_a_class_and_a_student_joins_by_its_link(room: Room) -> None:
    teacher = room.page()
    teacher.goto(f"{room.url}/register")
    register(teacher, name="Frau Müller", email="mueller@school.example", role="Teacher")
    teacher.get_by_role("button", name="Create class").first.click()
    dialog = teacher.get_by_role("dialog")
    dialog.get_by_label("Name of the class").fill("化学 9b")
    dialog.get_by_role("button", name="Create class").click()
    teacher.get_by_role("heading", name="化学 9b").wait_for()
    teacher.get_by_role("tab", name="Settings").click()
    link = teacher.get_by_text(f"{room.url}/join/").first.inner_text()

    student = room.page()
    student.goto(link)
    expect(student.get_by_text("化学 9b").first).to_be_visible()
    expect(student.get_by_text("Frau Müller").first).to_be_visible()
    student.get_by_text("I am new here").click()
    student.get_by_label("Your name").fill("أمير")
    student.get_by_label("E-mail address").fill("amir@school.example")
    student.get_by_label("Password", exact=True).fill(PASSWORD)
    student.get_by_role("button", name="Join class").click()
    student.get_by_role("heading", name="化学 9b").wait_for()

    for page in (teacher, student):
        page.get_by_role("tab", name="People").click()
        expect(page.get_by_text("أمير").first).to_be_visible()
        expect(page.get_by_text("Frau Müller").first).to_be_visible()
        page.reload()
        page.get_by_role("heading", name="化学 9b").wait_for()


def test_who_reloads_when_an_answer_was_lost_stays_signed_in(room: Room, school: School) -> None:
    page = room.at_home(school.register("Zoë Brandt", "student"))
    lost: list[int] = []

    def lose(route: Route) -> None:
        cookies = page.context.cookies(f"{room.url}/api/auth")
        token = next(each["value"] for each in cookies if each["name"] == "lectern_refresh")
        headers = {"Cookie": f"lectern_refresh={token}"}
        lost.append(httpx.post(route.request.url, headers=headers, trust_env=False, timeout=30).status_code)
        route.abort()

    page.route("**/api/auth/refresh", lose)
    page.reload()
    page.get_by_role("alert").get_by_role("button", name="Try again").wait_for()
    page.unroute("**/api/auth/refresh")
    page.reload()
    page.get_by_role("heading", name="My classes").wait_for()
    assert set(lost) == {200}


def test_signing_out_ends_the_sign_in_and_the_page_asks_again(room: Room, school: School) -> None:
    teacher = school.register("Ms. Okafor", "teacher")
    page = room.at_home(teacher)
    page.reload()
    page.get_by_role("heading", name="My classes").wait_for()
    page.get_by_role("button", name="Ms. Okafor").click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.get_by_role("button", name="Sign in").wait_for()
    page.goto(f"{room.url}/me")
    page.get_by_role("button", name="Sign in").wait_for()
    page.get_by_label("E-mail address").fill(teacher.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{room.url}/me")


def test_errors_are_told_at_the_field_and_nothing_typed_is_lost(room: Room) -> None:
    page = room.page()
    page.goto(f"{room.url}/login")
    page.get_by_label("E-mail address").fill("nobody@school.example")
    page.get_by_label("Password", exact=True).fill("wrong password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("E-mail address and password do not fit together.")).to_be_visible()
    expect(page.get_by_label("E-mail address")).to_have_value("nobody@school.example")
    page.goto(f"{room.url}/register")
    register(page, name="", email="not an address", role="Student")
    expect(page.get_by_text("This does not look like an e-mail address.")).to_be_visible()
    expect(page.get_by_label("E-mail address")).to_have_value("not an address")


def test_an_administrator_lets_a_teacher_in(start_server: StartServer, open_room: Callable[[str], Room]) -> None:
    server = start_server(registration="student=open,teacher=approval")
    created = lectern(
        "create-admin", "--email", "office@school.example", settings=server.settings, text=PASSWORD + "\n"
    )
    assert created.returncode == 0, created.stderr
    room = open_room(server.url)

    teacher = room.page()
    teacher.goto(f"{room.url}/register")
    register(teacher, name="Mr. Tan", email="tan@school.example", role="Teacher")
    expect(teacher.get_by_text("An administrator has to confirm your account.")).to_be_visible()

    office = room.page()
    office.goto(f"{room.url}/login")
    office.get_by_label("E-mail address").fill("office@school.example")
    office.get_by_label("Password", exact=True).fill(PASSWORD)
    office.get_by_role("button", name="Sign in").click()
    office.get_by_role("heading", name="My classes").wait_for()
    office.goto(f"{room.url}/admin")
    expect(office.get_by_text("Mr. Tan").first).to_be_visible()
    office.get_by_role("button", name="Approve").first.click()
    expect(office.get_by_text("Mr. Tan can sign in now.")).to_be_visible()

    teacher.goto(f"{room.url}/login")
    teacher.get_by_label("E-mail address").fill("tan@school.example")
    teacher.get_by_label("Password", exact=True).fill(PASSWORD)
    teacher.get_by_role("button", name="Sign in").click()
    teacher.get_by_role("heading", name="My classes").wait_for()
