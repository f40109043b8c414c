"""One's own data, and one's picture, on the profile page and as others see them."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.end_to_end.conftest import PHONE, Room
from tests.end_to_end.pictures import picture
from tests.end_to_end.test_accessibility import faults
from tests.running_server import RunningServer, lectern
from tests.school import PASSWORD, School

pytestmark = pytest.mark.browser

OFFICE = "head@school.example"
NARROW_DARK = {"viewport": PHONE, "color_scheme": "dark", "reduced_motion": "reduce"}


def photo(path: Path) -> Path:
    image = Image.new("RGB", (900, 600), "#1c7ed6")
    image.paste("#ffd43b", (300, 150, 600, 450))
    image.save(path, "JPEG")
    return path


def pictured(page: Page, name: str) -> None:
    """Wait until a person's picture stands for them."""
    expect(page.get_by_role("main").get_by_role("img", name=name).locator("img").first).to_have_attribute(
        "src", re.compile("^data:image/webp;")
    )


def test_a_picture_is_chosen_shown_to_the_class_and_taken_away(room: Room, school: School, tmp_path: Path) -> None:
    teacher, zoe = school.register("Ms. Okafor", "teacher"), school.register("Zoë Brandt", "student")
    class_id = school.open_class(teacher, zoe)["id"]
    page = room.sign_in(zoe, **NARROW_DARK)
    page.goto(f"{room.url}/me")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose picture").click()
    chooser.value.set_files(photo(tmp_path / "me.jpg"))
    expect(page.get_by_text("Your picture is saved.")).to_be_visible()
    pictured(page, "Zoë Brandt")
    picture(page, "profile with a picture")
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    other = room.sign_in(teacher, reduced_motion="reduce")
    other.goto(f"{room.url}/classes/{class_id}?tab=people")
    pictured(other, "Zoë Brandt")
    picture(other, "people with pictures")
    page.get_by_role("button", name="Remove picture").click()
    expect(page.get_by_role("button", name="Choose picture")).to_be_visible()


def test_somebody_takes_their_data_along_and_has_their_account_erased(room: Room, school: School) -> None:
    teacher, zoe = school.register("Ms. Okafor", "teacher"), school.register("Zoë Brandt", "student")
    class_id = school.open_class(teacher, zoe)["id"]
    other = room.at_home(zoe)
    page = room.sign_in(zoe, **NARROW_DARK)
    page.goto(f"{room.url}/me")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download my data").click()
    with zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())) as archive:
        assert {"about.txt", "account.json", "memberships.json"} <= set(archive.namelist())
    page.get_by_role("button", name="Erase my account").click()
    dialog = page.get_by_role("dialog", name="Erase your account for good?")
    dialog.get_by_label("Your password").fill("not mine at all")
    expect(dialog.get_by_role("button", name="Erase for good")).to_be_disabled()
    dialog.get_by_label("I know that this cannot be undone.").check()
    picture(page, "erasing one's account")
    assert faults(page) == []
    dialog.get_by_role("button", name="Erase for good").click()
    expect(dialog.get_by_text("This is not your password.")).to_be_visible()
    dialog.get_by_label("Your password").fill(PASSWORD)
    dialog.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_text("Your account is erased.")).to_be_visible()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    other.reload()
    expect(other.get_by_role("button", name="Sign in")).to_be_visible()
    members = teacher.api.get(f"/api/classes/{class_id}/members").json()["items"]
    assert [each["name"] for each in members] == ["Ms. Okafor"]


def test_a_teacher_is_told_what_to_hand_over(room: Room, school: School) -> None:
    teacher = school.register("Ms. Okafor", "teacher")
    school.open_class(teacher, title="Biology 7b")
    page = room.sign_in(teacher, reduced_motion="reduce")
    page.goto(f"{room.url}/me")
    page.get_by_role("button", name="Erase my account").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Biology 7b")).to_be_visible()
    expect(dialog.get_by_role("button", name="Erase for good")).to_have_count(0)
    picture(page, "classes to hand over")
    assert faults(page) == []


def test_an_administrator_removes_a_picture_and_erases_an_account(
    shared_server: RunningServer, open_room: Callable[[str], Room], tmp_path: Path
) -> None:
    made = lectern("create-admin", "--email", OFFICE, settings=shared_server.settings, text=PASSWORD + "\n")
    assert made.returncode == 0 or "has an account" in made.stderr, made.stderr
    zoe = School(shared_server.url).register("Zoë Picture", "student")
    zoe.api.put("/api/me/picture", content=photo(tmp_path / "me.jpg").read_bytes()).raise_for_status()
    page = open_room(shared_server.url).page(reduced_motion="reduce")
    page.goto(f"{shared_server.url}/login?next=/admin")
    page.get_by_label("E-mail address").fill(OFFICE)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("Active", exact=True).click()
    search, row = page.get_by_label("Search by name or e-mail"), page.get_by_role("button", name="More for")
    search.fill(zoe.email)
    expect(row).to_have_count(1)
    with page.expect_response(lambda response: "query=" in response.url):
        search.fill(zoe.email[:-1])
        row.click()  # Searching on leaves the menu of a row open that stays.
    page.get_by_role("menuitem", name="Remove picture").click()
    expect(page.get_by_text("The picture of Zoë Picture is removed.")).to_be_visible()
    assert zoe.api.get("/api/me").json()["picture"] is None
    page.get_by_role("button", name="More for Zoë Picture").click()
    page.get_by_role("menuitem", name="Erase account").click()
    dialog = page.get_by_role("dialog", name="Erase the account of Zoë Picture for good?")
    dialog.get_by_label("I know that this cannot be undone.").check()
    picture(page, "erasing somebody's account")
    assert faults(page) == []
    dialog.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_text("The account is erased.")).to_be_visible()
    assert zoe.api.get("/api/me").json()["code"] == "token_revoked"
    page.get_by_role("tab", name="Changes").click()
    expect(page.get_by_text("Administrator erased an account.")).to_be_visible()
