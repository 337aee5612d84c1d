"""Who writes to a SQLite file next: whoever asked first, also when somebody else never stops asking."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from backend.core.turns import turns

OTHER = """
import sys
from backend.core.turns import turns
turn = turns(sys.argv[1], 60)
with turn():
    print("written", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    return str(tmp_path / "some.sqlite3")


@contextlib.contextmanager
def other_process(file: str) -> Iterator[subprocess.Popen[str]]:
    """A process that writes once, until its input ends."""
    with subprocess.Popen(
        [sys.executable, "-c", OTHER, file], stdin=-1, stdout=-1, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def wait_until_another_is_next(place: int) -> None:
    """Until another process holds the first byte of the file open as ``place``."""
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up:
        try:
            fcntl.lockf(place, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, 0)
        except BlockingIOError:
            return
        fcntl.lockf(place, fcntl.LOCK_UN, 1, 0)
    raise TimeoutError


def test_whoever_writes_again_and_again_does_not_overtake_another_process(file: str) -> None:
    turn = turns(file, 60)
    # Left open till the end: closing it would let go of what this process holds of the file.
    place = os.open(f"{file}-turns", os.O_RDWR | os.O_CREAT)
    with contextlib.ExitStack() as stack:
        with turn():
            process = stack.enter_context(other_process(file))
            wait_until_another_is_next(place)
        written: list[str] = []

        def again() -> None:
            with turn():
                written.append("this")

        thread = threading.Thread(target=again)
        thread.start()
        assert line_of(process) == "written\n"
        assert written == []
        assert process.stdin is not None
        process.stdin.close()
        thread.join(60)
        assert written == ["this"]
    os.close(place)


def test_a_process_that_dies_in_its_turn_leaves_it_to_the_next(file: str) -> None:
    with other_process(file) as process:
        assert line_of(process) == "written\n"
        process.send_signal(signal.SIGKILL)
    with turns(file, 60)():
        pass


def test_a_process_that_hangs_in_its_turn_is_waited_for_a_limited_time(file: str) -> None:
    with other_process(file) as process:
        assert line_of(process) == "written\n"
        process.send_signal(signal.SIGSTOP)
        with pytest.raises(OperationalError, match="locked"), turns(file, 0.05)():
            pass
        process.send_signal(signal.SIGCONT)


@pytest.mark.skipif(os.geteuid() != 0, reason="only the administrator can act for others")
def test_what_the_administrator_made_belongs_to_the_service(file: str) -> None:
    Path(file).touch(0o640)
    os.chown(file, 4711, 4712)
    with turns(file, 60)():
        pass
    made = Path(f"{file}-turns").stat()
    assert (made.st_uid, made.st_gid, made.st_mode & 0o777) == (4711, 4712, 0o640)


def test_a_turn_inside_a_turn_is_a_mistake_and_not_a_wait(file: str) -> None:
    turn = turns(file, 60)
    with turn(), pytest.raises(RuntimeError, match="inside a transaction"), turn():
        pass
    with turn():  # it was given back
        pass


def test_a_thread_gives_up_when_its_turn_does_not_come(file: str) -> None:
    turn = turns(file, 0.05)
    failed: list[bool] = []

    def other() -> None:
        try:
            with turn():
                failed.append(False)
        except OperationalError as error:
            failed.append("locked" in str(error.orig))

    with turn():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(60)
    assert failed == [True]
    with turn():
        pass
