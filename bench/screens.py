"""The resident app's pages on a slow telephone, by Lighthouse: simulated network and processor, three looks each.

Lighthouse computes what a slow device would have taken from what really happened, so the figures do not hang on
this machine's speed as long as nothing else runs on it.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
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


def measure(made: Installation) -> None:
    """Print a line for each page and device."""
    node = frontend.find_node()
    processes.run_quietly([*node.npm, "ci", "--loglevel=error"], HERE, node.environment())
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
                f"{'':<16}{'LCP s':>8}{'≤':>6}{'TBT ms':>8}{'≤':>6}{'CLS':>7}{'kB':>7}"
                + "".join(f"{name:>16}" for name in CATEGORIES)
            )
            for name, path in pages.items():
                url = f"http://127.0.0.1:{server.port}{path}"
                looks = [_look(node, url, device) for _ in range(LOOKS)]
                print(_line(name, looks, device), flush=True)


def _line(name: str, looks: list[Look], device: Device) -> str:
    def middle(values: list[float]) -> float:
        return statistics.median(values)

    lcp = middle([look.lcp_s for look in looks])
    blocked = middle([look.blocked_ms for look in looks])
    shift = middle([look.shift for look in looks])
    scores = {key: middle([look.scores[key] for look in looks]) for key in CATEGORIES}
    wanted = {"performance": device.performance, "accessibility": 100, "best-practices": 100}
    over = [key for key in CATEGORIES if scores[key] < wanted[key]]
    over += ["LCP"] if lcp > 2.0 else []
    over += ["TBT"] if blocked > 150 else []
    over += ["CLS"] if shift > 0 else []
    return (
        f"{name:<16}{lcp:>8.2f}{2.0:>6.1f}{blocked:>8.0f}{150:>6}{shift:>7.3f}"
        f"{middle([look.kilobytes for look in looks]):>7.0f}"
        + "".join(f"{scores[key]:>9.0f} ≥ {wanted[key]:<4}" for key in CATEGORIES)
        + (f"  OVER: {', '.join(over)}" if over else "  ok")
    )


def _look(node: frontend.Node, url: str, device: Device) -> Look:
    command = [
        str(node.binary),
        str(CLI),
        url,
        *("--quiet", "--output=json", "--output-path=stdout"),
        "--chrome-flags=--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage",
        f"--only-categories={','.join(CATEGORIES)}",
        *device.flags,
    ]
    chromium = shutil.which("chromium") or ""
    said = subprocess.run(
        command,
        env={**node.environment(), "CHROME_PATH": chromium},
        capture_output=True,
        timeout=180,
        check=True,
    )
    report: dict[str, Any] = json.loads(said.stdout)
    audits = report["audits"]
    return Look(
        scores={key: report["categories"][key]["score"] * 100 for key in CATEGORIES},
        lcp_s=audits["largest-contentful-paint"]["numericValue"] / 1000,
        blocked_ms=audits["total-blocking-time"]["numericValue"],
        shift=audits["cumulative-layout-shift"]["numericValue"],
        kilobytes=audits["total-byte-weight"]["numericValue"] / 1000,
    )
