"""The real stack for a browser: everything ``make run`` starts, on a free port and in a folder of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from backend.cli import processes, run
from tests.databases import free_port, wait_for

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 240
CHROMIUM_ARGS = [
    "--headless=new",
    "--no-sandbox",  # the tests run as root
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]


@dataclass(frozen=True)
class Stack:
    """Where the stack is and how to get in."""

    url: str
    var_dir: Path
    password: str
    log: Path
    push_port: int  # tests may listen here as a Web Push service or as FCM

    def lines_after(self, position: int) -> str:
        """What the processes have logged since ``position`` (a file size)."""
        return self.log.read_text()[position:]


@contextmanager
def running(folder: Path) -> Iterator[Stack]:
    """Migrate, load the demo province and serve it, exactly as a person would."""
    port, push_port = free_port(), free_port()
    log = folder / "log.txt"
    environment = {
        **os.environ,
        "TIENGLANG_VAR_DIR": str(folder / "var"),
        "TIENGLANG_PUSH_HOSTS": f"127.0.0.1:{push_port}",
        "TIENGLANG_FCM_URL": f"http://127.0.0.1:{push_port}",
        "TIENGLANG_QUIET_HOURS": "none",  # the tests run at night too
        "TIENGLANG_RATE_LIMITS": "0",  # every visitor of the tests comes from one address
    }
    command = [sys.executable, "-m", "backend.cli.run", "--port", str(port), "--no-frontend"]
    with log.open("wb") as output:
        process = processes.start(command, environment, folder=ROOT, output=output)
    try:
        wait_for(
            lambda: process.poll() is not None or run.is_ready("127.0.0.1", port),
            "the stack to be ready",
            READY_SECONDS,
        )
        assert process.poll() is None, f"the stack did not start:\n{log.read_text()}"
        remembered = json.loads((folder / "var" / "demo.json").read_text())
        yield Stack(
            url=f"http://127.0.0.1:{port}",
            var_dir=folder / "var",
            password=remembered["password"],
            log=log,
            push_port=push_port,
        )
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
