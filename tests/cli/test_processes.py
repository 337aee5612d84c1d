"""Processes are restarted when they fall, and none is left when the supervisor ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from backend.cli import processes
from tests.databases import wait_for

ROOT = Path(__file__).resolve().parents[2]

# A child that starts a grandchild, writes both process ids and stays.
STAYS = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
with open(sys.argv[1], "a") as file:
    file.write(f"{os.getpid()} {child.pid}\\n")
time.sleep(600)
"""
# The same, but deaf to SIGTERM.
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + STAYS

SUPERVISE = """
import os, sys
from backend.cli.processes import Service, Supervisor
source, notes = sys.argv[1:3]
command = [sys.executable, "-c", source, notes]
supervisor = Supervisor([Service("stays", command, os.environ)], say=print, grace_seconds=0.5)
supervisor.start()
supervisor.wait()
supervisor.stop()
"""


Supervised = tuple[subprocess.Popen[bytes], Path]


def alive(pid: int) -> bool:
    with suppress(ProcessLookupError, FileNotFoundError):
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z"
    return False


def family(notes: Path) -> list[int]:
    return [int(word) for word in notes.read_text().split()] if notes.exists() else []


@pytest.fixture
def supervisor(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Supervised]:
    """A supervisor in a process of its own, whose child wrote its family into ``notes``."""
    notes = tmp_path / "notes"
    source = getattr(request, "param", STAYS)
    process = subprocess.Popen(
        [sys.executable, "-c", SUPERVISE, source, str(notes)], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    wait_for(lambda: len(family(notes)) == 2, "the child to start")
    yield process, notes
    process.kill()
    process.wait()
    for pid in family(notes):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_stopping_signal_ends_every_process(supervisor: Supervised, how: signal.Signals) -> None:
    process, notes = supervisor
    process.send_signal(how)
    assert process.wait(10) == 0
    wait_for(lambda: not any(alive(pid) for pid in family(notes)), "the family to end")


@pytest.mark.parametrize("supervisor", [DEAF], indirect=True)
def test_who_does_not_listen_is_ended_after_the_grace(supervisor: Supervised) -> None:
    process, notes = supervisor
    process.terminate()
    assert process.wait(10) == 0
    wait_for(lambda: not any(alive(pid) for pid in family(notes)), "the family to end")


def test_a_killed_supervisor_takes_its_children_along(supervisor: Supervised) -> None:
    process, notes = supervisor
    process.kill()
    child = family(notes)[0]
    wait_for(lambda: not alive(child), "the child to end")


def test_a_fallen_child_is_started_again_and_its_own_children_are_gone(
    supervisor: Supervised,
) -> None:
    _process, notes = supervisor
    child, grandchild = family(notes)
    os.kill(child, signal.SIGKILL)
    wait_for(lambda: len(family(notes)) == 4, "the child to be started again")
    assert not alive(child)
    wait_for(lambda: not alive(grandchild), "the grandchild to end")
    assert alive(family(notes)[2])


def test_the_pause_before_a_restart_doubles_up_to_half_a_minute() -> None:
    assert [processes.backoff(n) for n in (1, 2, 3, 4, 20)] == [0.5, 1, 2, 4, 30]


def test_a_quiet_command_returns_what_it_printed(tmp_path: Path) -> None:
    said = processes.run_quietly([sys.executable, "-c", "print('xong')"], tmp_path, os.environ)
    assert said == "xong\n"


def test_a_quiet_command_that_fails_says_why(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('no disk left')"]
    with pytest.raises(processes.Unfinished, match="no disk left"):
        processes.run_quietly(command, tmp_path, os.environ)
