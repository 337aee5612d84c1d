"""Keep a few long-lived processes running: start, restart with back-off, stop all, leave none behind.

No signal handlers: the signals are blocked and waited for, so nothing happens between two lines of this code.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

STOPPING = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
WAITED_FOR = STOPPING | {signal.SIGCHLD}
STEADY_SECONDS = 30.0  # who ran this long is forgiven its earlier falls
PR_SET_PDEATHSIG = 1  # linux/prctl.h
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass
class Service:
    """A process that should run all the time."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    falls: int = 0


def backoff(falls: int) -> float:
    """Seconds to wait before the next start: 0.5, 1, 2, 4 … at most 30."""
    return float(min(30.0, 0.5 * 2 ** max(0, falls - 1)))


@dataclass
class Supervisor:
    """Runs services until it is told to stop."""

    services: list[Service]
    say: Callable[[str], None]
    grace_seconds: float = 10.0
    stopped_by: signal.Signals | None = field(default=None, init=False)

    def start(self) -> None:
        """Block the signals that we wait for and start every service."""
        signal.pthread_sigmask(signal.SIG_BLOCK, WAITED_FOR)
        for service in self.services:
            _start(service)

    def add(self, service: Service) -> None:
        """Start one more service and look after it."""
        self.services.append(service)
        _start(service)

    def wait(self, until: Callable[[], bool] | None = None) -> bool:
        """Restart whoever falls until a stopping signal comes (False) or ``until()`` is true (True)."""
        while True:
            if until is not None and until():
                return True
            got = signal.sigtimedwait(WAITED_FOR, self._pause(polling=until is not None))
            if got is not None and got.si_signo in STOPPING:
                self.stopped_by = signal.Signals(got.si_signo)
                return False
            self._look_after()

    def _pause(self, *, polling: bool) -> float:
        now = time.monotonic()
        dues = [s.start_at - now for s in self.services if s.process is None]
        return max(0.01, min([0.1 if polling else 5.0, *dues]))

    def _look_after(self) -> None:
        now = time.monotonic()
        for service in self.services:
            if service.process is not None and service.process.poll() is not None:
                code = service.process.returncode
                _end_group(service.process.pid, signal.SIGKILL)  # what it had started itself
                service.process = None
                service.falls = (
                    1 if now - service.started_at > STEADY_SECONDS else service.falls + 1
                )
                service.start_at = now + backoff(service.falls)
                pause = backoff(service.falls)
                self.say(
                    f"{service.name} ended ({describe(code)}); starting it again in {pause:g} s"
                )
            if service.process is None and service.start_at <= now:
                _start(service)

    def stop(self) -> None:
        """Ask every service to end, give it time, then end what is left of its process group."""
        running = [s.process for s in self.services if s.process is not None]
        for process in running:
            _end_group(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + self.grace_seconds
        for process in running:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
        for process in running:
            _end_group(process.pid, signal.SIGKILL)
            process.wait()


def describe(code: int) -> str:
    """An exit code in words: ``exit 3`` or ``SIGKILL``."""
    return f"exit {code}" if code >= 0 else signal.Signals(-code).name


def _start(service: Service) -> None:
    service.started_at = time.monotonic()
    service.process = start(service.command, service.environment)


def start(
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    folder: Path | None = None,
    output: IO[bytes] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a process that is told to end (SIGTERM) when the thread that started it is gone, even by ``kill -9``.

    Args:
        command: the program and its words.
        environment: all of its variables.
        folder: where it works; ours when not given.
        output: where it writes and complains; to our own when not given.
    """
    return subprocess.Popen(
        command,
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,  # its own group: Ctrl-C reaches us alone, and a group can be ended whole
        preexec_fn=_in_child,  # noqa: PLW1509 - two system calls, and no lock that another thread may hold
    )


def _in_child() -> None:
    """Receive signals again, and end when whoever started us is killed."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, WAITED_FOR)
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _end_group(leader: int, how: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(leader, how)


class Unfinished(RuntimeError):  # noqa: N818 - it is the whole message
    """A command that had to succeed did not; the message ends with its last lines."""


def run_quietly(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> str:
    """Run a command to its end and return what it printed; nothing of it is left when we are interrupted.

    Raises:
        Unfinished: it failed; the message ends with the last forty lines it printed.
    """
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        printed, _ = process.communicate()
    except BaseException:
        _end_group(process.pid, signal.SIGKILL)
        process.wait()
        raise
    if process.returncode:
        tail = "\n".join(printed.splitlines()[-40:])
        words = " ".join(Path(word).name for word in command[:6])
        raise Unfinished(f"`{words}` failed ({describe(process.returncode)}):\n{tail}")
    return printed
