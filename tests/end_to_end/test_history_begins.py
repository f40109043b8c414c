"""A history whose oldest part is no longer kept: it says where it begins, and what was handed in is still there."""

import pytest
from playwright.sync_api import Locator, Page, expect

from classroom.past import DocumentsPast
from persistence.database import Database
from tests.conftest import in_own_loop, run_sql
from tests.end_to_end.board import Board
from tests.end_to_end.conftest import Room
from tests.end_to_end.pictures import picture
from tests.end_to_end.test_history import Lesson, lesson, shows_elements  # noqa: F401 -- a fixture
from tests.integration.old_rows import KEPT, retaining

pytestmark = pytest.mark.browser


def days_pass(lesson: Lesson, days: int) -> None:  # noqa: F811
    run_sql(
        lesson.server.settings["database_url"],
        f"UPDATE document_updates SET created_at = created_at - interval '{days} days'"
        f" WHERE document_id = '{lesson.board['id']}'",
    )


def remove_old_rows(url: str) -> None:
    async def work() -> None:
        database = Database(url)
        async with retaining(url, past=DocumentsPast(database, kept=KEPT), kept=KEPT) as node:
            assert await node.retention.remove() > 0
        await database.close()

    in_own_loop(work)


def draw_over_weeks(lesson: Lesson, teacher: Board) -> None:  # noqa: F811
    """Draw something that is long ago, something at the limit, and something now."""
    for shape, start, end in (
        ("r", (500, 300), (700, 420)),
        ("o", (300, 500), (420, 600)),
        ("d", (800, 300), (900, 420)),
    ):
        teacher.draw(shape, start, end)
        teacher.shows("Saved")
        days_pass(lesson, 20)
    remove_old_rows(lesson.server.settings["database_url"])


def moments(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Work on this board").get_by_role("listitem")


def test_a_history_says_where_it_begins(room: Room, lesson: Lesson) -> None:  # noqa: F811
    teacher = lesson.at_board(room, lesson.teacher)
    draw_over_weeks(lesson, teacher)
    page = teacher.page
    page.goto(f"{room.url}{lesson.history}")
    expect(page.get_by_text("The history begins here: earlier moments are no longer kept.")).to_be_visible()
    expect(moments(page)).to_have_count(2)
    shows_elements(page, 3)
    moments(page).nth(1).get_by_role("button").click()
    shows_elements(page, 2)
    picture(page, "history-begins")
    page.get_by_role("button", name="Bring this moment back").click()
    expect(page.get_by_text("What was there stays in the history.").first).to_be_visible()


def test_a_moment_that_is_not_kept_says_so(room: Room, lesson: Lesson) -> None:  # noqa: F811
    teacher = lesson.at_board(room, lesson.teacher)
    draw_over_weeks(lesson, teacher)
    page = teacher.page
    page.goto(f"{room.url}{lesson.history}?moment=1")
    expect(page.get_by_text("The history does not go back so far any more. Choose a later moment.")).to_be_visible()
    expect(page.get_by_text("The board at an earlier moment")).to_be_visible()
    expect(page.get_by_role("button", name="Bring this moment back")).to_be_disabled()
    picture(page, "history-not-kept")
