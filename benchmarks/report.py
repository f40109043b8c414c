"""Medians over the runs, as a table for the terminal and as JSON."""

import json
import math
import platform
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from os import cpu_count
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.cases.base import Case, Figure, Outcome


@dataclass(slots=True)
class Result:
    """All runs of one case on one server."""

    case: type[Case]
    server: str
    runs: list[Outcome] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """Return what went wrong in any run."""
        return [fault for run in self.runs for fault in run.faults]

    def median(self, figure: str) -> float:
        """Return the median of a figure over the runs that have it."""
        values = [run.figures[figure] for run in self.runs if figure in run.figures]
        return median(values) if values else math.nan

    def spread(self, figure: str) -> float:
        """Return how far the runs lie apart, as a share of the median."""
        values = [run.figures[figure] for run in self.runs if figure in run.figures]
        middle = median(values) if values else 0.0
        return (max(values) - min(values)) / middle if middle else 0.0


def table(results: Sequence[Result]) -> str:
    """Return one block per case: a line per server, the failed ones marked with what they did."""
    blocks = []
    for case in dict.fromkeys(result.case for result in results):
        rows = [result for result in results if result.case is case]
        main = case.figures[0]
        heading = ["server", *(f"{figure.name} ({figure.unit})" for figure in case.figures), "± runs", "to lectern"]
        lines = [heading, *(_row(result, rows, main) for result in rows)]
        widths = [max(len(line[at]) for line in lines) for at in range(len(heading))]
        shown = ["  ".join(_padded(cell, widths[at], left=at == 0) for at, cell in enumerate(line)) for line in lines]
        faults = [
            f"  FAILED {result.server}: {len(result.faults)} faults, first: {result.faults[0]}"
            for result in rows
            if result.faults
        ]
        blocks.append("\n".join([f"{case.name}: {case.title}    (to reach: {case.reach})", *shown, *faults]))
    return "\n\n".join(blocks)


def _row(result: Result, rows: Iterable[Result], main: Figure) -> list[str]:
    ours = next((row.median(main.name) for row in rows if row.server == "lectern"), math.nan)
    theirs = result.median(main.name)
    ratio = theirs / ours if ours and not math.isnan(ours) else math.nan
    cells = [_number(result.median(figure.name), figure.digits) for figure in result.case.figures]
    state = "FAILED" if result.faults else f"{ratio:.2f} ×" if not math.isnan(ratio) else "–"
    return [result.server, *cells, f"{result.spread(main.name):.0%}", state]


def _number(value: float, digits: int) -> str:
    return "–" if math.isnan(value) else f"{value:,.{digits}f}"


def _padded(text: str, width: int, *, left: bool) -> str:
    return text.ljust(width) if left else text.rjust(width)


def write(path: Path, results: Sequence[Result], *, absent: Mapping[str, str], runs: int, quick: bool) -> None:
    """Write everything that was measured, every run of it."""
    content: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"python": sys.version.split()[0], "system": platform.platform(), "cores": cpu_count()},
        "runs": runs,
        "quick": quick,
        "absent": dict(absent),
        "results": [
            {
                "case": result.case.name,
                "title": result.case.title,
                "server": result.server,
                "failed": bool(result.faults),
                "faults": result.faults[:20],
                "medians": {
                    name: result.median(name) for name in sorted({n for run in result.runs for n in run.figures})
                },
                "runs": [run.figures for run in result.runs],
            }
            for result in results
        ],
    }
    path.write_text(json.dumps(content, indent=2) + "\n")
