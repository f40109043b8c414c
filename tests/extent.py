"""How far the tests that could go on for hours go: a taste in `make test`, the whole in `make nightly`."""

import os
from typing import TypeVar

T = TypeVar("T")

LONG = os.environ.get("LECTERN_TEST_LONG", "") not in ("", "0")
SOAK_SECONDS = 60.0 * float(os.environ.get("LECTERN_TEST_SOAK", "") or 0)
"""How long nodes are put through one fault after the other: no time at all but in `make soak`."""


def extent(short: T, *, long: T) -> T:
    """Return the one of both that this run is for."""
    return long if LONG else short
