"""The live classroom, as somebody in it sees and uses it."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.end_to_end.conftest import Room
from tests.end_to_end.deck import upload
from tests.school import Account, School


class LiveClassroom:
    """One person's window of a running session."""

    def __init__(self, page: Page, url: str, class_id: str) -> None:
        self.page = page
        self.address = f"{url}/classes/{class_id}/live"

    def open(self, *, view: str = "") -> "LiveClassroom":
        self.page.goto(self.address + (f"?view={view}" if view else ""))
        return self

    @property
    def view(self) -> Locator:
        """Return the view on stage; what was there before is kept, but hidden."""
        return self.page.locator("main section[data-shown=true]")

    @property
    def canvas(self) -> Locator:
        return self.view.locator("canvas.interactive")

    def shows(self, title: str) -> None:
        """Wait until this is on stage, by its name and in the middle."""
        expect(self.page.locator("header").get_by_text(title, exact=True)).to_be_visible()
        expect(self.page.get_by_role("region", name=title, exact=True)).to_be_visible()

    def put(self, kind: str, title: str) -> None:
        """Put something on stage with the rail."""
        self.page.get_by_role("navigation", name="Activities").get_by_role("button", name=kind).click()
        self.page.get_by_role("menuitem", name=title, exact=True).click()

    def button(self, name: str, **options: Any) -> Locator:
        return self.page.get_by_role("button", name=name, **{"exact": True, **options})

    def hands(self, *names: str) -> None:
        """Wait until these hands are up, in this order, told without opening anything."""
        if names:
            count = f"{len(names)} hand is up" if len(names) == 1 else f"{len(names)} hands are up"
            expect(self.page.locator("[data-hands]")).to_have_attribute(
                "aria-label", f"{count}: {', '.join(names[:2])}"
            )
        else:
            expect(self.page.locator("[data-hands]")).to_have_count(0)

    def writable(self, yes: bool) -> None:
        expect(self.view.locator(f"[data-board-writable={'true' if yes else 'false'}]")).to_be_visible()


class Lesson:
    """A class whose teacher has started it, and boards to show."""

    def __init__(self, room: Room, school: School, *, students: int = 1) -> None:
        self.room = room
        self.teacher = school.register("Ms. Okafor", "teacher")
        names = ("Zoë Brandt", "Amir Haddad", "林美")
        self.students = [school.register(name, "student") for name in names[:students]]
        self.klass = school.open_class(self.teacher, *self.students, title="Science 7b")
        self.board = school.open_board(self.teacher, self.klass["id"], title="The water cycle")
        self.second = school.open_board(self.teacher, self.klass["id"], title="Group results")
        self.path = f"/api/classes/{self.klass['id']}"

    def start(self) -> dict[str, Any]:
        started: dict[str, Any] = (
            self.teacher.api.post(f"{self.path}/sessions/start", json={}).raise_for_status().json()
        )
        return started

    def change(self, session: dict[str, Any], **changes: Any) -> None:
        self.teacher.api.patch(f"/api/sessions/{session['id']}/stage", json=changes).raise_for_status()

    def add_deck(self, title: str, pdf: bytes) -> dict[str, Any]:
        """Give the class slides, all of whose pages are made."""
        deck: dict[str, Any] = (
            self.teacher.api.post(f"{self.path}/documents", json={"kind": "slides", "title": title})
            .raise_for_status()
            .json()
        )
        upload(self.teacher, deck["id"], pdf)
        return deck

    def documents(self, kind: str) -> list[str]:
        """Return what the class has of a kind, the newest first."""
        found = self.teacher.api.get(f"{self.path}/documents").raise_for_status().json()["items"]
        return [each["title"] for each in found if each["kind"] == kind]

    def show(self, session: dict[str, Any], board: dict[str, Any]) -> None:
        self.change(session, activity={"kind": "document", "document_id": board["id"]})

    def enter(self, person: Account, **options: Any) -> LiveClassroom:
        return LiveClassroom(self.room.sign_in(person, **options), self.room.url, self.klass["id"]).open()
