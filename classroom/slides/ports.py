"""What the routes of decks need of whoever makes slides of uploads."""

from pathlib import Path
from typing import Protocol


class SlideDesk(Protocol):
    """Where routes bring uploads."""

    async def count_pages(self, path: Path) -> int:
        """Return how many pages a PDF has; raises PdfRefused."""

    def wake(self) -> None:
        """Tell that there is work; otherwise it is found within a few seconds."""
