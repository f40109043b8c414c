"""A long PDF becomes slides while other rooms go on."""

import json
import subprocess
import sys
from typing import Any

from benchmarks.cases.base import Case, Figure, Outcome
from benchmarks.cases.fanout import steady
from benchmarks.servers.base import Server
from benchmarks.servers.engine import Lectern
from classroom.slides.sample import SamplePage, make_pdf

PAGES = 200
QUICK_PAGES = 20
ROOMS, WRITERS, RATE = 40, 5, 5.0
QUIET_SECONDS, BUSY_SECONDS = 6.0, 14.0
LONGEST_SECONDS = 180


class Slides(Case):
    """Forty rooms of five people draw; then the same, while a teacher uploads a PDF of 200 pages.

    The upload is another process, as another person's browser would be; it asks for the deck until its pages are there.
    """

    name = "slides"
    title = "a 200-page PDF, beside 40 rooms × 5 people × 5/s"
    reach = "first page ≤ 3 s, all thumbnails ≤ 40 s, the other rooms' p99 unchanged"
    figures = (
        Figure("first page", "s", digits=2),
        Figure("all pages", "s"),
        Figure("p99 before", "ms"),
        Figure("p99 meanwhile", "ms"),
        Figure("lag", "ms"),
    )
    only_engine = True

    def run(self, server: Server, *, quick: bool) -> Outcome:
        """See Case."""
        assert isinstance(server, Lectern)
        share = 0.2 if quick else 1.0
        pages = QUICK_PAGES if quick else PAGES
        before = steady(server, rooms=ROOMS, writers=WRITERS, readers=0, rate=RATE, seconds=QUIET_SECONDS * share)
        deck, token = server.new_deck()
        file = server.folder / "slides.pdf"
        file.write_bytes(_document(pages))
        uploading = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.uploading", f"http://127.0.0.1:{server.port}", deck, token, str(file)],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            meanwhile = steady(server, rooms=ROOMS, writers=WRITERS, readers=0, rate=RATE, seconds=BUSY_SECONDS * share)
            told, _ = uploading.communicate(timeout=LONGEST_SECONDS)
        finally:
            uploading.kill()
        found: dict[str, Any] = json.loads(told)
        faults = [*before.faults, *meanwhile.faults]
        if found["pages"] != pages:
            faults.append(f"{found['pages']} of {pages} pages became slides: {found['problem']}")
        return Outcome(
            {
                "first page": found["first"],
                "all pages": found["all"],
                "p99 before": before.figures["p99"],
                "p99 meanwhile": meanwhile.figures["p99"],
                "lag": meanwhile.figures["lag"],
            },
            faults,
        )


def _document(pages: int) -> bytes:
    lines = [f"Line {number} of a page that has as much to say as slides usually have" for number in range(8)]
    return make_pdf([SamplePage(f"Slide {page}", lines) for page in range(1, pages + 1)])
