"""A forgotten password, and another e-mail address, as people meet them in the browser; with a real mail server."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import Page, expect

from tests.conftest import ShareServer
from tests.end_to_end.conftest import PHONE, WIDE, Room
from tests.end_to_end.test_accessibility import faults
from tests.mailbox import Mailbox, link_in
from tests.running_server import RunningServer, free_port
from tests.school import PASSWORD, School

pytestmark = pytest.mark.browser

NEW_PASSWORD = "another good password"
MAIL_PATIENCE_MILLISECONDS = 20_000


@pytest.fixture(scope="module")
def box() -> Iterator[Mailbox]:
    """A mail server in a thread of its own: the browser's library keeps this one."""
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port(), enable_SMTPUTF8=True)
    controller.start()
    box.url = f"smtp://127.0.0.1:{controller.port}"
    yield box
    controller.stop()


@pytest.fixture(scope="module")
def mail_server(share_server: ShareServer, box: Mailbox) -> Iterator[RunningServer]:
    with share_server(smtp_url=box.url, mail_from="Lectern <lectern@school.example>") as server:
        yield server


def link_to(page: Page, box: Mailbox, address: str) -> str:
    """Wait until a mail with a link has come."""
    waited = 0
    while not box.to(address):
        page.wait_for_timeout(20)
        waited += 20
        assert waited < MAIL_PATIENCE_MILLISECONDS, "no mail came"
    return link_in(box.to(address)[-1])


def sign_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="My classes").wait_for()


@pytest.mark.parametrize(
    ("viewport", "scheme"), [pytest.param(WIDE, "dark", id="wide dark"), pytest.param(PHONE, "light", id="phone light")]
)
def test_a_forgotten_password_is_replaced(
    *,
    mail_server: RunningServer,
    box: Mailbox,
    open_room: Callable[[str], Room],
    viewport: dict[str, int],
    scheme: str,
    tmp_path: Path,
) -> None:
    person = School(mail_server.url).register("Zoë Brandt", "student")
    room = open_room(mail_server.url)
    page = room.page(viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    page.goto(f"{room.url}/login")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("E-mail address").fill("nobody")
    page.get_by_role("button", name="Send link").click()
    expect(page.get_by_text("This does not look like an e-mail address.")).to_be_visible()
    assert faults(page) == []
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_role("button", name="Send link").click()
    expect(page.get_by_role("status")).to_contain_text(f"the address {person.email}, a link is on its way")
    page.screenshot(path=tmp_path / "sent.png")
    page.goto(link_to(page, box, person.email))
    page.get_by_label("New password").fill("short")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Please choose a password of 8 to 200 characters.")).to_be_visible()
    page.screenshot(path=tmp_path / "choose.png")
    assert faults(page) == []
    page.get_by_label("New password").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your new password is saved.")).to_be_visible()
    page.get_by_role("link", name="Sign in").click()
    sign_in(page, person.email, NEW_PASSWORD)
    page.goto(link_in(box.to(person.email)[0]))
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("This link has been used, or is too old.")).to_be_visible()


def test_an_address_is_changed_and_confirmed(
    mail_server: RunningServer, box: Mailbox, open_room: Callable[[str], Room], tmp_path: Path
) -> None:
    person = School(mail_server.url).register("Zoë Brandt", "student")
    room = open_room(mail_server.url)
    page = room.sign_in(person, reduced_motion="reduce")
    page.goto(f"{room.url}/me")
    page.get_by_role("button", name="Change e-mail address").click()
    dialog = page.get_by_role("dialog", name="Change e-mail address")
    dialog.get_by_label("New e-mail address").fill("zoe@school.example")
    dialog.get_by_label("Your password").fill("not mine")
    dialog.get_by_role("button", name="Send link").click()
    expect(dialog.get_by_text("This is not your password.")).to_be_visible()
    page.screenshot(path=tmp_path / "change.png")
    assert faults(page) == []
    dialog.get_by_label("Your password").fill(PASSWORD)
    dialog.get_by_role("button", name="Send link").click()
    expect(page.get_by_text("A link is on its way to zoe@school.example.")).to_be_visible()
    page.goto(link_to(page, box, "zoe@school.example"))
    assert faults(page) == []
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("Your account has the new address now.")).to_be_visible()
    page.goto(f"{room.url}/me")
    expect(page.get_by_text("zoe@school.example").first).to_be_visible()


def test_without_mail_the_pages_say_whom_to_ask(room: Room, school: School) -> None:
    page = room.sign_in(school.register("Zoë Brandt", "student"), reduced_motion="reduce")
    page.goto(f"{room.url}/me")
    expect(page.get_by_text("until then your address stays as it is.")).to_be_visible()
    expect(page.get_by_role("button", name="Change e-mail address")).to_have_count(0)
    page.goto(f"{room.url}/forgot-password")
    expect(page.get_by_text("Your school has not set up e-mail.")).to_be_visible()
    assert faults(page) == []
