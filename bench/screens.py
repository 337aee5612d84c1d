"""The resident app's pages on a slow telephone, by Lighthouse: simulated network and processor, three looks each.

Lighthouse computes what a slow device would have taken from what really happened, so the figures do not hang on
this machine's speed as long as nothing else runs on it. Bytes are what the page itself asked for until it was quiet;
what the service worker then keeps for days without a network is counted by ``npm run size``.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.cli import frontend, processes
from bench.client import API, COMMUNE, Client
from bench.stack import Installation, serving

HERE = Path(__file__).resolve().parent / "lighthouse"
CLI = HERE / "node_modules" / "lighthouse" / "cli" / "index.js"
LOOKS = 3
CATEGORIES = ("performance", "accessibility", "best-practices")
MOST_LCP_S, MOST_BLOCKED_MS, MOST_KILOBYTES = 2.0, 150, 60
LAST_WORDS = 15
# Lighthouse's own request when Chromium's recording of the page holds no beginning (NO_NAVSTART): it happens to one
# look in ten on a machine that has other things to do.
AGAIN = "Please run Lighthouse again"
TRIES = 3


@dataclass(frozen=True)
class Device:
    """A simulated telephone and what the home page has to reach on it, out of 100."""

    name: str
    flags: tuple[str, ...]
    performance: int


DEVICES = (
    Device(
        "400 ms, 400 kbit/s, 6× slower",
        (
            "--throttling.rttMs=400",
            "--throttling.throughputKbps=400",
            "--throttling.cpuSlowdownMultiplier=6",
        ),
        95,
    ),
    Device("Lighthouse's mobile default", (), 98),
)


@dataclass(frozen=True)
class Look:
    """What Lighthouse said of a page: scores out of 100, seconds, milliseconds, kB."""

    scores: dict[str, float]
    lcp_s: float
    blocked_ms: float
    shift: float
    kilobytes: float


class LookFailedError(RuntimeError):
    """Lighthouse could not judge a page; the message is its own words."""


def measure(made: Installation) -> bool:
    """Print a line for each page and device; False when one of them could not be looked at."""
    node = frontend.find_node()
    processes.run_quietly([*node.npm, "ci", "--loglevel=error"], HERE, node.environment())
    whole = True
    with serving(made, "wsgi:app") as server:
        first = Client(server.port).call("GET", f"{API}/communes/{COMMUNE}/articles")["items"][0]
        pages = {
            "home": f"/c/{COMMUNE}",
            "article": f"/c/{COMMUNE}/a/{first['id']}",
            "listen again": f"/c/{COMMUNE}/listen",
            "outcomes": f"/c/{COMMUNE}/outcomes",
            "send": "/send",
        }
        for device in DEVICES:
            print(f"\n== Lighthouse, {device.name}: median of {LOOKS} ==")
            print(
                f"{'':<16}{'LCP s':>8}{'≤':>6}{'TBT ms':>8}{'≤':>6}{'CLS':>7}{'kB':>7}{'≤':>5}"
                + "".join(f"{name:>16}" for name in CATEGORIES)
            )
            for name, path in pages.items():
                url = f"http://127.0.0.1:{server.port}{path}"
                looks, failures = _looks(node, url, device)
                whole = whole and not failures
                print(f"{name:<16}{_line(looks, device) if looks else ''}", flush=True)
                for failure in failures:
                    print(textwrap.indent(f"FAILED: {failure}", "  "), flush=True)
    return whole


def _looks(
    node: frontend.Node, url: str, device: Device
) -> tuple[list[Look], list[LookFailedError]]:
    """Look several times; one failure spoils neither the other looks nor the other pages."""
    looks, failures = list[Look](), list[LookFailedError]()
    for _ in range(LOOKS):
        for left in reversed(range(TRIES)):
            try:
                looks.append(_look(node, url, device))
            except LookFailedError as failure:
                if left and AGAIN in str(failure):
                    continue
                failures.append(failure)
            break
    return looks, failures


def _line(looks: list[Look], device: Device) -> str:
    def middle(values: list[float]) -> float:
        return statistics.median(values)

    lcp = middle([look.lcp_s for look in looks])
    blocked = middle([look.blocked_ms for look in looks])
    shift = middle([look.shift for look in looks])
    kilobytes = middle([look.kilobytes for look in looks])
    scores = {key: middle([look.scores[key] for look in looks]) for key in CATEGORIES}
    wanted = {"performance": device.performance, "accessibility": 100, "best-practices": 100}
    over = [key for key in CATEGORIES if scores[key] < wanted[key]]
    over += ["LCP"] if lcp > MOST_LCP_S else []
    over += ["TBT"] if blocked > MOST_BLOCKED_MS else []
    over += ["CLS"] if shift > 0 else []
    over += ["kB"] if kilobytes > MOST_KILOBYTES else []
    return (
        f"{lcp:>8.2f}{MOST_LCP_S:>6.1f}{blocked:>8.0f}{MOST_BLOCKED_MS:>6}{shift:>7.3f}"
        f"{kilobytes:>7.0f}{MOST_KILOBYTES:>5}"
        + "".join(f"{scores[key]:>9.0f} ≥ {wanted[key]:<4}" for key in CATEGORIES)
        + (f"  OVER: {', '.join(over)}" if over else "  ok")
    )


def _look(node: frontend.Node, url: str, device: Device) -> Look:
    """One look at a page.

    Raises:
        LookFailedError: Lighthouse ended badly, took too long, or gave no figure.
    """
    command = [
        str(node.binary),
        str(CLI),
        url,
        *("--quiet", "--output=json", "--output-path=stdout"),
        "--chrome-flags=--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage",
        f"--only-categories={','.join(CATEGORIES)}",
        *device.flags,
    ]
    environment = {**node.environment(), "CHROME_PATH": shutil.which("chromium") or ""}
    try:
        said = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=180, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise LookFailedError(f"no answer in {late.timeout:.0f} s") from late
    if said.returncode:
        last = said.stderr.strip().splitlines()[-LAST_WORDS:]
        raise LookFailedError("\n".join([f"Lighthouse ended with {said.returncode}", *last]))
    report: dict[str, Any] = json.loads(said.stdout)
    audits = report["audits"]
    _refuse_gaps(report)
    return Look(
        scores={key: report["categories"][key]["score"] * 100 for key in CATEGORIES},
        lcp_s=audits["largest-contentful-paint"]["numericValue"] / 1000,
        blocked_ms=audits["total-blocking-time"]["numericValue"],
        shift=audits["cumulative-layout-shift"]["numericValue"],
        kilobytes=audits["total-byte-weight"]["numericValue"] / 1000,
    )


def _refuse_gaps(report: dict[str, Any]) -> None:
    """A report can be written although something in it could not be found out."""
    gaps = [
        f"{name}: {audit['errorMessage']}"
        for name, audit in report["audits"].items()
        if audit["scoreDisplayMode"] == "error"
    ]
    if gaps or "runtimeError" in report:
        raise LookFailedError(
            "\n".join([report.get("runtimeError", {}).get("message", ""), *gaps]).strip()
        )
