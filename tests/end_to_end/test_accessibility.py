"""axe-core finds no serious fault on any page, wide and narrow, light and dark."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.end_to_end.conftest import PHONE, WIDE, Room
from tests.school import School

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[1] / "stock_clients" / "node_modules" / "axe-core" / "axe.min.js"
SCREENS = [pytest.param(WIDE, "light", id="wide light"), pytest.param(PHONE, "dark", id="narrow dark")]


def faults(page: Page) -> list[str]:
    """Return what axe calls serious or critical, in words."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate(
        "async () => (await axe.run(document, { resultTypes: ['violations'] })).violations"
        ".filter((v) => ['serious', 'critical'].includes(v.impact))"
        ".map((v) => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(' | ')}`)"
    )
    return [str(fault) for fault in found]


@pytest.mark.parametrize(("viewport", "scheme"), SCREENS)
def test_pages_have_no_serious_fault(room: Room, school: School, viewport: dict[str, int], scheme: str) -> None:
    teacher = school.register("Ms. Okafor", "teacher")
    student = school.register("Zoë Brandt", "student")
    opened = school.open_class(teacher, student)
    board = school.open_board(teacher, opened["id"])
    found: dict[str, list[str]] = {}
    options = {"viewport": viewport, "color_scheme": scheme, "reduced_motion": "reduce"}

    visitor = room.page(**options)
    for address in ("/login", "/register", f"/join/{opened['join_code']}", "/nowhere"):
        visitor.goto(room.url + address)
        visitor.get_by_role("heading").first.wait_for()
        found[address] = faults(visitor)

    page = room.at_home(teacher, **options)
    found["/"] = faults(page)
    page.goto(f"{room.url}/classes/{opened['id']}")
    for tab in ("Overview", "Boards", "Lessons", "People", "Settings"):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_load_state("networkidle")
        found[tab] = faults(page)
    page.goto(f"{room.url}/me")
    page.get_by_role("heading").first.wait_for()
    found["/me"] = faults(page)
    page.goto(f"{room.url}/classes/{opened['id']}/documents/{board['id']}")
    page.locator("canvas.interactive").wait_for()
    found["board"] = faults(page)
    assert {name: problems for name, problems in found.items() if problems} == {}
