"""Measure the servers side by side: `python -m benchmarks --help`."""

import argparse
import gc
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.cases import CASES
from benchmarks.cases.base import Case, Outcome
from benchmarks.load import LoadError
from benchmarks.machine import cores
from benchmarks.report import Result, table, write
from benchmarks.servers import SERVERS
from benchmarks.servers.base import Server, ServerError
from benchmarks.servers.nodes import LecternNodes

DEFAULT_RUNS = 3
RESULTS = Path("benchmarks") / "results.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for; return 1 when our own server failed a case."""
    chosen = _parser().parse_args(arguments)
    cases = [case for case in CASES if not chosen.cases or case.name in chosen.cases]
    servers, absent = _available(chosen.servers)
    for name, reason in absent.items():
        print(f"without {name}: {reason}", flush=True)
    runs = 1 if chosen.quick else chosen.runs
    results: list[Result] = []
    # Whatever ends us, the servers that we started end first.
    for request in (signal.SIGINT, signal.SIGTERM):
        signal.signal(request, signal.default_int_handler)
    os.sched_setaffinity(0, cores()[1])
    with tempfile.TemporaryDirectory(prefix="lectern-bench-") as folder:
        # PostgreSQL refuses to run as root and serves as somebody else, who must get in.
        Path(folder).chmod(0o755)
        places = {server: Path(folder) / str(number) for number, server in enumerate(servers)}
        for case in cases:
            results.extend(Result(case, server.name) for server in servers if _fits(case, server))
            for _ in range(runs):
                # Servers take turns, so that a machine that slows down does so for all of them.
                for result in (each for each in results if each.case is case):
                    server = next(each for each in servers if each.name == result.server)
                    outcome = _measure(case, server(places[server]), quick=chosen.quick)
                    result.runs.append(outcome)
                    _tell(result, outcome)
    print("\n" + table(results), flush=True)
    write(chosen.output, results, absent=absent, runs=runs, quick=chosen.quick)
    print(f"\nEvery run is in {chosen.output}.")
    return 1 if any(result.faults for result in results if result.server.startswith("lectern")) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure the engine beside its peers, on this machine, in one run."
    )
    names = [case.name for case in CASES]
    parser.add_argument(
        "--cases", nargs="+", choices=names, metavar="CASE", help=f"of {', '.join(names)} (default: all)"
    )
    servers = [server.name for server in SERVERS]
    parser.add_argument(
        "--servers", nargs="+", choices=servers, metavar="SERVER", help=f"of {', '.join(servers)} (default: all)"
    )
    parser.add_argument("--runs", type=int, default=DEFAULT_RUNS, help=f"how often (default: {DEFAULT_RUNS})")
    parser.add_argument("--quick", action="store_true", help="one short run of smaller loads: does it work at all?")
    parser.add_argument("--output", type=Path, default=RESULTS, help=f"JSON file (default: {RESULTS})")
    return parser


def _available(wanted: Sequence[str] | None) -> tuple[list[type[Server]], dict[str, str]]:
    servers, absent = [], {}
    for server in SERVERS:
        if wanted and server.name not in wanted:
            continue
        reason = server.missing()
        if reason is None:
            servers.append(server)
        else:
            absent[server.name] = reason
    return servers, absent


def _fits(case: type[Case], server: type[Server]) -> bool:
    if case.many_nodes:
        return server.name == "lectern" or issubclass(server, LecternNodes)
    if issubclass(server, LecternNodes):
        return False
    if case.only_engine:
        return server.name == "lectern"
    return server.keeps_documents or not case.needs_documents


def _measure(case: type[Case], server: Server, *, quick: bool) -> Outcome:
    gc.disable()  # The load keeps millions of small objects; a collection in the middle would be seen as a slow server.
    try:
        server.start()
        return case().run(server, quick=quick)
    except LoadError as error:
        return Outcome(faults=[f"{error} (its last line: {server.last_words()})"])
    except ServerError as error:
        return Outcome(faults=[str(error)])
    finally:
        server.stop()
        server.erase()
        gc.enable()
        gc.collect()


def _tell(result: Result, outcome: Outcome) -> None:
    shown = "  ".join(
        f"{figure.name} {outcome.figures[figure.name]:,.{figure.digits}f}"
        for figure in result.case.figures
        if figure.name in outcome.figures
    )
    state = f"  FAILED: {outcome.faults[0]}" if outcome.faults else ""
    print(f"{result.case.name:<10} {result.server:<28} {shown}{state}", flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
