"""The live classroom, as somebody in it sees and uses it."""

from typing import Any

from playwright.sync_api import Locator, Page, expect


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
