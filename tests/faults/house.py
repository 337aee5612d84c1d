"""The whole house as processes that can be killed at any moment and are started again at once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from backend.cli import processes, run

ROOT = Path(__file__).resolve().parents[2]


def children(pid: int) -> list[int]:
    """Process ids of the children of ``pid``."""
    with suppress(FileNotFoundError):
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


@dataclass
class House:
    """Web server and workers; whoever is killed is started again, as the supervisor does."""

    port: int
    environment: Mapping[str, str]
    log: IO[bytes]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _commands: dict[str, Sequence[str]] = field(default_factory=dict)
    _closing: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _keeper: threading.Thread | None = None

    def open(self) -> None:
        """Start everything, and somebody who looks after it."""
        for service in run.services("127.0.0.1", self.port, self.environment):
            self._commands[service.name] = service.command
            self._start(service.name, service.command)
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._keeper.start()

    def _start(self, name: str, command: Sequence[str]) -> None:
        self.running[name] = processes.start(
            command, self.environment, folder=ROOT, output=self.log
        )

    def _keep(self) -> None:
        while not self._closing.wait(0.05):
            with self._lock:
                for name, process in list(self.running.items()):
                    if process.poll() is not None:
                        _end(process.pid)  # its orphans hold the port
                        self._start(name, self._commands[name])

    def kill_somebody(self, chance: random.Random) -> None:
        """``kill -9`` of a random process: a web process, the web's parent, or a worker."""
        with self._lock:
            pid = self.running[chance.choice([*self.running, "web", "worker delivery"])].pid
            own = children(pid)
            if own and chance.random() < 0.7:
                pid = chance.choice(own)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def kill(self, name: str) -> None:
        """``kill -9`` of this process."""
        with self._lock, suppress(ProcessLookupError):
            os.kill(self.running[name].pid, signal.SIGKILL)

    def close(self) -> None:
        """End everything."""
        self._closing.set()
        if self._keeper is not None:
            self._keeper.join()
        for process in self.running.values():
            _end(process.pid)
            process.wait()


def _end(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
