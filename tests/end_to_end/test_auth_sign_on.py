"""Signing on with the school's accounts, through the pages of a real provider."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import run_sql, with_database
from tests.end_to_end.conftest import PHONE, Room
from tests.end_to_end.pictures import picture
from tests.end_to_end.test_accessibility import faults
from tests.oidc_provider import SECRET, Elsewhere, oidc_provider, setting
from tests.running_server import RunningServer, free_port
from tests.school import School

pytestmark = [pytest.mark.browser, pytest.mark.node]

ZOE = Elsewhere("zoe", "zoe@school.example", "Zoë Brandt")
MEI = Elsewhere("mei", "mei@school.example", "林美")
EVE = Elsewhere("eve", "eve@school.example", "Eve Malik", verified=False)
PASSWORD = "a good password"


@dataclass
class SignOnSchool:
    """A school whose people have accounts elsewhere."""

    room: Room
    issuer: str

    def there(self, page: Page, subject: str) -> None:
        """Go through the provider's page."""
        page.get_by_label("User").fill(subject)
        page.get_by_label("Secret").fill(SECRET)
        page.get_by_role("button", name="Go on").click()


@pytest.fixture(scope="module")
def addresses(
    postgres_url: str, migrated_template: str, database_names: Iterator[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str]]:
    """Run a school and its provider for all tests here, each of which has an account of its own; return where they are."""
    name, port = next(database_names), free_port()
    run_sql(postgres_url, f"CREATE DATABASE {name} TEMPLATE {migrated_template} STRATEGY file_copy")
    issuer = f"http://127.0.0.1:{port}"
    settings = {"demo": "false", "database_url": with_database(postgres_url, name), "oidc_providers": setting(issuer)}
    server = RunningServer(data_dir=tmp_path_factory.mktemp("sign-on") / "data", settings=settings)
    server.start()
    try:
        back, after = f"{server.url}/sign-on/school", f"{server.url}/login"
        with oidc_provider([back], [ZOE, MEI, EVE], after=after, port=port):
            yield server.url, issuer
    finally:
        server.close()


@pytest.fixture
def school(addresses: tuple[str, str], open_room: Callable[[str], Room]) -> SignOnSchool:
    url, issuer = addresses
    room = open_room(url)
    room.trusted = f"{issuer}/"
    return SignOnSchool(room, issuer)


def test_somebody_comes_with_a_school_account_chooses_a_password_and_leaves(school: SignOnSchool) -> None:
    room = school.room
    page = room.page(viewport=PHONE, color_scheme="dark", reduced_motion="reduce")
    page.goto(f"{room.url}/me")
    page.get_by_role("button", name="Sign in with School account").wait_for()
    picture(page, "signing in with a school account")
    assert faults(page) == []
    page.get_by_role("button", name="Sign in with School account").click()
    school.there(page, "zoe")
    # Back to where they wanted to be.
    expect(page.get_by_text("Connected as zoe@school.example")).to_be_visible()
    assert page.url == f"{room.url}/me"
    page.get_by_role("button", name="Disconnect School account").click()
    expect(page.get_by_text("Without it you could no longer sign in.")).to_be_visible()
    page.get_by_role("button", name="Choose a password").click()
    dialog = page.get_by_role("dialog", name="Choose a password")
    dialog.get_by_label("New password").fill(PASSWORD)
    dialog.get_by_role("button", name="Choose a password").click()
    expect(page.get_by_text("Your new password is saved.")).to_be_visible()
    expect(page.get_by_role("button", name="Change password")).to_be_visible()
    picture(page, "profile with a school account")
    assert faults(page) == []
    page.get_by_role("button", name="Disconnect School account").click()
    page.get_by_role("button", name="Connect School account").click()
    # The provider knows them still.
    expect(page.get_by_text("The accounts are connected.")).to_be_visible()
    expect(page.get_by_text("Connected as zoe@school.example")).to_be_visible()
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_role("button", name="Sign out there").click()
    expect(page.get_by_label("E-mail address")).to_be_visible()
    page.get_by_label("E-mail address").fill(ZOE.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("heading", name="My classes").wait_for()


def test_signing_out_leads_on_to_the_provider(school: SignOnSchool) -> None:
    page = school.room.page(reduced_motion="reduce")
    page.goto(f"{school.room.url}/login")
    page.get_by_role("button", name="Sign in with School account").click()
    school.there(page, "mei")
    page.get_by_role("heading", name="My classes").wait_for()
    page.goto(f"{school.room.url}/me")
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_role("button", name="Sign out there").click()
    # Whoever sits down here next is asked who they are.
    page.get_by_role("button", name="Sign in with School account").click()
    expect(page.get_by_label("User")).to_be_visible()


def test_what_keeps_somebody_out_is_told_in_words(school: SignOnSchool) -> None:
    room = school.room
    owner = School(room.url).register("Zoë Brandt", "student")
    page = room.page(reduced_motion="reduce")
    page.goto(f"{room.url}/login")
    page.get_by_role("button", name="Sign in with School account").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("alert")).to_contain_text("You have cancelled signing in.")
    page.get_by_role("button", name="Sign in with School account").click()
    school.there(page, "eve")
    expect(page.get_by_role("alert")).to_contain_text("Your e-mail address has not been confirmed there")
    picture(page, "school account refused")
    assert faults(page) == []
    # An answer that comes a second time, or from nowhere.
    page.goto(f"{room.url}/sign-on/school?state=unknown&code=1")
    expect(page.get_by_role("alert")).to_contain_text("Please begin again.")
    assert owner.api.get("/api/me").status_code == 200
