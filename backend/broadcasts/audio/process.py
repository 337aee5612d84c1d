"""The worker's side of making audio: a child process that can be killed and cannot take the worker with it.

Imports nothing heavy. The child waits for its order, so its limits are in force before it opens any file.
"""

from __future__ import annotations

import json
import os
import resource
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from backend.broadcasts.audio.reasons import Reason

HOUSE = Path(__file__).resolve().parents[3]
COMMAND = (sys.executable, "-m", "backend.broadcasts.audio.child")
GIGABYTE = 1024**3
TICK_SECONDS = 1.0
_NO_MEMORY = ("MemoryError", "Cannot allocate", "failed to map segment")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one rendition may use."""

    seconds: int = 1_800  # wall clock and CPU alike
    memory_bytes: int = 2 * GIGABYTE  # address space; libraries alone map about half of it
    file_bytes: int = GIGABYTE  # of each file written


@dataclass(frozen=True, slots=True)
class Outcome:
    """Exactly one of ``made`` (see ``rendering.Made``) and ``reason`` is set; ``notes`` is for the log."""

    made: dict[str, Any] | None = None
    reason: Reason | None = None
    notes: str = ""


@dataclass
class _Talk:
    """What the child has said so far."""

    buffer: bytes = b""
    made: dict[str, Any] | None = None
    failed: str | None = None
    progress: list[str] = field(default_factory=list)

    def hear(self, block: bytes) -> None:
        *lines, self.buffer = (self.buffer + block).split(b"\n")
        for line in lines:
            message = json.loads(line)
            self.made = message.get("made", self.made)
            self.failed = message.get("failed", self.failed)
            if "progress" in message:
                self.progress.append(message["progress"])


def make(
    order: Mapping[str, Any],
    *,
    limits: Limits,
    still_ours: Callable[[], bool],
    command: Sequence[str] = COMMAND,
) -> Outcome:
    """Have a child carry out ``order`` (see ``work.py``) and wait for it.

    ``still_ours`` is asked about once a second; when it says no, or the time is over, the child is killed.
    """
    target = Path(order["target"])
    with target.with_name("errors.txt").open("w+b") as errors:
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            cwd=HOUSE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**os.environ, "PYTHONPATH": str(HOUSE), "OMP_NUM_THREADS": "1"},
            start_new_session=True,
        )
        talk = _Talk()
        try:
            _bound(child.pid, limits)
            _send(child.stdin, order)
            out_of_time = _listen(child, talk, limits.seconds, still_ours)
        finally:
            _end(child)
        errors.seek(0)
        notes = errors.read()[-2_000:].decode(errors="replace")
    return _judge(talk, child.returncode, out_of_time=out_of_time, notes=notes)


def _bound(pid: int, limits: Limits) -> None:
    for kind, value in (
        (resource.RLIMIT_CPU, limits.seconds),
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.prlimit(pid, kind, (value, value))
        except ProcessLookupError:
            return  # ended already; the exit code tells


def _send(pipe: IO[bytes] | None, order: Mapping[str, Any]) -> None:
    if pipe is None:
        raise RuntimeError("the child has no input")
    try:
        pipe.write(json.dumps(dict(order)).encode())
        pipe.close()
    except BrokenPipeError:
        return  # as above


def _listen(
    child: subprocess.Popen[bytes], talk: _Talk, seconds: int, still_ours: Callable[[], bool]
) -> bool:
    """Read what the child says until it closes its output; True when its time ran out."""
    if child.stdout is None:
        raise RuntimeError("the child has no output")
    deadline = time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while True:
            if selector.select(TICK_SECONDS):
                block = os.read(child.stdout.fileno(), 65_536)
                if not block:
                    return False
                talk.hear(block)
            if time.monotonic() > deadline:
                return True
            if not still_ours():
                return False


def _end(child: subprocess.Popen[bytes]) -> None:
    """Wait a moment for a child that is done, kill one that is not; leave no process behind."""
    try:
        child.wait(TICK_SECONDS if child.stdout is not None else 0)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            try:
                pipe.close()
            except BrokenPipeError:
                continue


def _judge(talk: _Talk, code: int, *, out_of_time: bool, notes: str) -> Outcome:
    if talk.failed is not None:
        return Outcome(reason=Reason(talk.failed), notes=notes)
    if code == 0 and talk.made is not None:
        return Outcome(made=talk.made, notes=notes)
    if out_of_time or code in (-signal.SIGXCPU, -signal.SIGKILL):
        return Outcome(reason=Reason.TOO_SLOW if out_of_time else Reason.CRASHED, notes=notes)
    if any(sign in notes for sign in _NO_MEMORY):
        return Outcome(reason=Reason.TOO_MUCH_MEMORY, notes=notes)
    return Outcome(reason=Reason.CRASHED, notes=notes)
