"""``make bench``: how much slower than a constant view each deed is, measured alternately in one run.

Every figure is a ratio to "hello", a constant view inside the same application with the same hooks, measured in
turns on the same server: machines differ, ratios hardly do. Server, database and load share the processors.
Loopback only; the whole run is bounded by its rounds.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from backend.core import config as settings
from backend.core import db
from bench import dataset, deeds, loader, screens
from bench.deeds import ROUNDS
from bench.stack import Installation, Server, installation, serving

SECONDS = 1.0


@dataclass
class Row:
    """A line of the table."""

    name: str
    ratio: float
    result: loader.Result
    limit: float | None

    def text(self) -> str:
        """Aligned columns."""
        verdict = "" if self.limit is None else "ok" if self.ratio <= self.limit else "OVER"
        limit = "" if self.limit is None else f"≤ {self.limit:g}×"
        statements = "/".join(sorted(self.result.statements)) or "-"
        bad = sum(n for status, n in self.result.statuses.items() if status >= 400)
        return (
            f"{self.name:<34}{self.result.rate:>9.0f}{self.result.percentile(50):>9.2f}"
            f"{self.result.percentile(99):>9.2f}{self.ratio:>9.2f}×{limit:>9}  {verdict:<5}"
            f"{statements:>10}" + (f"   {bad} FAILED {dict(self.result.statuses)}" if bad else "")
        )


HEADING = (
    f"{'':<34}{'per s':>9}{'p50 ms':>9}{'p99 ms':>9}{'slower':>10}{'limit':>9}  {'':<5}{'SQL':>10}"
)


def compare(
    server: Server, name: str, make_script: Callable[[int], loader.Script], limit: float | None
) -> Row:
    """Measure ``make_script`` and hello in turns; the ratio is the median of the rounds."""
    hello = loader.get("/_hello")
    ratios = []
    total = loader.Result()
    for _ in range(ROUNDS):
        constant = loader.load(server.port, lambda _number: loader.Constant(hello), SECONDS / 2)
        result = loader.load(server.port, make_script, SECONDS)
        if result.latencies:
            ratios.append(constant.rate / result.rate)
        total.add(result)
        total.seconds += result.seconds
    row = Row(name, statistics.median(ratios) if ratios else float("nan"), total, limit)
    print(row.text(), flush=True)
    return row


def measure(made: Installation, cases: int, only: str) -> None:
    """Everything, or the deeds that are named, on one kind of database."""
    print(f"\n== {made.kind}: ratios to hello, {ROUNDS} rounds of {SECONDS:g} s ==\n{HEADING}")
    with serving(made) as server:
        for deed in deeds.public(server, made):
            if only in deed.name:
                compare(server, deed.name, deed.make_script, deed.limit)
        first = deeds.first_case(server)
        began = time.perf_counter()
        count = _fill(made, first, cases)
        print(f"   {count} more cases in {time.perf_counter() - began:.0f} s")
        for deed in deeds.console(server, made):
            if only in deed.name:
                compare(server, deed.name, deed.make_script, deed.limit)
        memory = server.memory()
        told = ", ".join(
            f"{used.resident:.0f} MB ({used.own:.0f} MB its share of the machine)"
            for used in memory
        )
        print(f"   web processes after all this: {told} (limit 120 MB)")


def _fill(made: Installation, tracking_code: str, cases: int) -> int:
    settings.use(settings.load_config(made.environment))
    db.connect(settings.current().database_url)
    try:
        return dataset.fill(tracking_code, cases)
    finally:
        db.disconnect()


def cold_start(made: Installation) -> None:
    """Seconds from starting the server to its first answer, without the measuring additions."""
    times = []
    for _ in range(ROUNDS):
        with serving(made, "wsgi:app") as server:
            times.append(server.seconds_to_first_answer)
            memory = server.memory()
    used = memory[0]
    print(
        f"   cold start {statistics.median(times):.2f} s (limit 2 s), then {used.resident:.0f} MB"
        f" ({used.own:.0f} MB its share of the machine)"
    )


def main(arguments: list[str]) -> int:
    """Run on the chosen databases."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--db", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--cases", type=int, default=200_000)
    parser.add_argument("--only", default="", help="deeds whose name holds this word")
    parser.add_argument("--part", choices=["deeds", "screens", "all"], default="all")
    chosen = parser.parse_args(arguments)
    whole = True
    if chosen.part in ("screens", "all"):
        with installation("sqlite") as made:
            whole = screens.measure(made)
    if chosen.part == "screens":
        return 0 if whole else 1
    kinds = ["sqlite", "postgresql"] if chosen.db == "both" else [chosen.db]
    for kind in kinds:
        with installation(kind) as made:
            cold_start(made)
            measure(made, chosen.cases, chosen.only)
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
