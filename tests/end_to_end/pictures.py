"""Pictures of what a test sees, kept where somebody wants to look at them: `LECTERN_TEST_PICTURES=folder`."""

import os
from pathlib import Path

from playwright.sync_api import Page

FOLDER = os.environ.get("LECTERN_TEST_PICTURES", "")


def picture(page: Page, name: str) -> None:
    """Keep a picture of the whole page."""
    if FOLDER:
        page.screenshot(path=Path(FOLDER) / f"{name}.png", full_page=True)
