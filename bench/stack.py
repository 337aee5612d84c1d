"""The measured installation: a fresh folder, a migrated and seeded database, granian with two workers on loopback."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from backend.cli import processes, run
from backend.core import db
from backend.core.config import load_config
from tests import databases

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Installation:
    """A folder and a database, ready to be served."""

    kind: str
    folder: Path
    environment: Mapping[str, str]
    password: str


@contextmanager
def installation(kind: str) -> Iterator[Installation]:
    """Make a database of this ``kind`` (sqlite, postgresql) and load the demo province into it."""
    with tempfile.TemporaryDirectory(prefix="tieng-lang-bench-") as name:
        folder = Path(name)
        url = ""
        if kind == "postgresql":
            (folder / "server").mkdir()
            server = databases.start_postgresql(folder / "server")
            url = databases.create_postgresql_database(server, "tieng_lang_bench", durable=True)
        environment = {
            **os.environ,
            "TIENGLANG_VAR_DIR": str(folder / "var"),
            "TIENGLANG_DATABASE_URL": url,
            "TIENGLANG_RATE_LIMITS": "0",
            "TIENGLANG_LOG_LEVEL": "WARNING",
        }
        command = [sys.executable, "-m", "backend.cli.database", "migrate", "demo"]
        processes.run_quietly(command, ROOT, environment)
        _prepare_bare_commit(environment)
        remembered = json.loads((folder / "var" / "demo.json").read_text())
        try:
            yield Installation(kind, folder, environment, remembered["password"])
        finally:
            databases.stop_postgresql(folder / "server")


def _prepare_bare_commit(environment: Mapping[str, str]) -> None:
    """The table into which the commit that all writing is compared with puts its row."""
    engine = db.connect(load_config(environment).database_url)
    with engine.connect().execution_options(tienglang_write=True) as connection:
        connection.execute(text("CREATE TABLE bench_commit (id VARCHAR(36) PRIMARY KEY)"))
        connection.commit()
    db.disconnect()


@dataclass
class Server:
    """A running web server."""

    port: int
    process: subprocess.Popen[bytes]
    seconds_to_first_answer: float

    def memory(self) -> list[Memory]:
        """What each web process takes."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [Memory.of(int(pid)) for pid in children.split()]


@dataclass(frozen=True)
class Memory:
    """Megabytes of a process: its share of the machine (pages shared by n count 1/n), and all it has mapped in."""

    own: float
    resident: float

    @classmethod
    def of(cls, pid: int) -> Memory:
        """As the kernel counts it."""
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        sizes = {line.split()[0]: int(line.split()[1]) / 1024 for line in lines[1:]}
        return cls(own=sizes["Pss:"], resident=sizes["Rss:"])


@contextmanager
def serving(made: Installation, target: str = "bench.app:app") -> Iterator[Server]:
    """Serve ``target`` with as many processes and threads as ``make run`` does."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    web = run.services("127.0.0.1", port, made.environment)[0]
    command = [*web.command[:-1], target]
    began = time.perf_counter()
    with (made.folder / "server.log").open("ab") as log:
        process = processes.start(command, web.environment, folder=ROOT, output=log)
    try:
        databases.wait_for(lambda: run.is_ready("127.0.0.1", port, "/healthz"), "granian", 60)
        yield Server(port, process, time.perf_counter() - began)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
