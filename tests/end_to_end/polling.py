"""Polls as a browser test makes them, and looks at them."""

from typing import Any

from playwright.sync_api import Page

from tests.end_to_end.conftest import Room
from tests.school import Account


def prepare(teacher: Account, class_id: str, **more: Any) -> dict[str, Any]:
    body = {"question": "Where is the DNA?", "type": "single", "options": ["Nucleus", "Membrane"], **more}
    made: dict[str, Any] = teacher.api.post(f"/api/classes/{class_id}/polls", json=body).raise_for_status().json()
    return made


def act(teacher: Account, poll: dict[str, Any], step: str) -> None:
    teacher.api.post(f"/api/polls/{poll['id']}/{step}").raise_for_status()


def show(room: Room, page: Page, poll: dict[str, Any]) -> None:
    page.goto(f"{room.url}/classes/{poll['class_id']}/documents/{poll['document_id']}")


def answer(page: Page, name: str) -> Any:
    return page.get_by_role("button", name=name, exact=True)


def bar(page: Page, words: str) -> Any:
    """Return the row of the results' table that begins with these words."""
    return page.get_by_role("row").filter(has_text=words)
