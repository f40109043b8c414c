"""One's own sign-ins and password, on the profile page."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.end_to_end.conftest import PHONE, WIDE, Room
from tests.end_to_end.test_accessibility import faults
from tests.school import PASSWORD, School

pytestmark = pytest.mark.browser

NEW_PASSWORD = "another good password"


@pytest.mark.parametrize(
    ("viewport", "scheme"), [pytest.param(WIDE, "light", id="wide light"), pytest.param(PHONE, "dark", id="phone dark")]
)
def test_other_devices_are_seen_and_signed_out_and_the_password_changes(
    *, room: Room, school: School, viewport: dict[str, int], scheme: str, tmp_path: Path
) -> None:
    person = school.register("Zoë Brandt", "student")
    phone = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/130.0.0.0 Mobile Safari/537.36"
    other = room.at_home(person, user_agent=phone)
    page = room.sign_in(person, viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    page.goto(f"{room.url}/me")
    devices = page.get_by_role("listitem")
    expect(devices).to_have_count(3)
    expect(devices.nth(0)).to_contain_text("This device")
    expect(devices.nth(1)).to_contain_text("Chrome · Android")
    expect(devices.nth(2)).to_contain_text("python-httpx")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.screenshot(path=tmp_path / "profile.png", full_page=True)
    assert faults(page) == []
    page.get_by_role("button", name="Sign out: Chrome · Android").click()
    expect(devices).to_have_count(2)
    other.reload()
    expect(other.get_by_role("button", name="Sign in")).to_be_visible()

    page.get_by_role("button", name="Change password").click()
    dialog = page.get_by_role("dialog", name="Change password")
    dialog.get_by_label("Your password").fill("not mine at all")
    dialog.get_by_label("New password").fill(NEW_PASSWORD)
    dialog.get_by_role("button", name="Change password").click()
    expect(dialog.get_by_text("This is not your password.")).to_be_visible()
    dialog.get_by_label("Your password").fill(PASSWORD)
    dialog.get_by_label("New password").fill("short")
    dialog.get_by_role("button", name="Change password").click()
    expect(dialog.get_by_text("Please choose a password of 8 to 200 characters.")).to_be_visible()
    assert faults(page) == []
    dialog.get_by_label("New password").fill(NEW_PASSWORD)
    dialog.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("Your new password is saved.")).to_be_visible()
    expect(devices).to_have_count(1)
    assert person.api.get("/api/me").json()["code"] == "token_revoked"
    assert person.api.post("/api/auth/login", json={"email": person.email, "password": NEW_PASSWORD}).status_code == 200
