"""Turns of those who write to one SQLite file."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache, partial
from pathlib import Path
from typing import Protocol

from sqlalchemy.exc import OperationalError

# How often whoever waits for another process looks whether it is done.
LOOK_EVERY_S = 0.0005


def turns(database: str | None, patience_s: float) -> Callable[[], AbstractContextManager[None]]:
    """One writer at a time, in the order of asking, among the threads of a process and among the processes.

    SQLite has one writer anyhow, but lets the others sleep and try again: some are overtaken again and again. So
    they stand in line before they ask it: the threads of each process, and its first one among the processes.

    Args:
        database: the file, beside which another one is made to stand in line at; None or ``:memory:`` has none.
        patience_s: seconds after which a thread gives up, as SQLite would.

    Raises:
        RuntimeError: by the turn, when its thread has one already.
        OperationalError: by the turn, when it did not come in time.
    """
    of_threads = partial(_line, threading.Lock(), threading.Lock())
    in_memory = not database or database == ":memory:"
    thread = threading.local()

    @contextmanager
    def turn() -> Iterator[None]:
        if getattr(thread, "writes", False):
            raise RuntimeError("a transaction inside a transaction")
        until = time.monotonic() + patience_s
        with of_threads(until=until):
            thread.writes = True
            try:
                with nullcontext() if in_memory else _of_processes(str(database), until):
                    yield
            finally:
                thread.writes = False

    return turn


class _Lock(Protocol):
    def acquire(self, *, timeout: float) -> bool: ...

    def release(self) -> None: ...


@contextmanager
def _line(following: _Lock, writing: _Lock, *, until: float) -> Iterator[None]:
    """Hold ``writing``, got through ``following``: whoever waits at the front of the line is not overtaken."""
    _take(following, until)
    try:
        _take(writing, until)
    finally:
        following.release()
    try:
        yield
    finally:
        writing.release()


def _take(lock: _Lock, until: float) -> None:
    if not lock.acquire(timeout=max(0.0, until - time.monotonic())):
        busy = sqlite3.OperationalError("database is locked")
        raise OperationalError("BEGIN IMMEDIATE", None, busy)


def _of_processes(database: str, until: float) -> AbstractContextManager[None]:
    file = _beside(database)
    return _line(_Byte(file, 0), _Byte(file, 1), until=until)


@cache
def _beside(database: str) -> int:
    """The file to stand in line at. Open as long as the process lives: to close it would let go of every byte of it.

    It belongs to whoever the database belongs to, as SQLite's own files beside it: a command run by the
    administrator must not shut the service out.
    """
    beside = Path(database)
    owned = (beside if beside.exists() else beside.parent).stat()
    mode = owned.st_mode & 0o666
    file = os.open(f"{database}-turns", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, mode)
    if os.geteuid() == 0:
        os.fchown(file, owned.st_uid, owned.st_gid)
    return file


class _Byte:
    """The operating system's lock on a byte of a file; it lets go of a process that dies."""

    def __init__(self, file: int, place: int) -> None:
        self.file, self.place = file, place

    def acquire(self, *, timeout: float) -> bool:
        until = time.monotonic() + timeout
        while True:
            try:
                fcntl.lockf(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, self.place)
            except BlockingIOError:
                if time.monotonic() >= until:
                    return False
                time.sleep(LOOK_EVERY_S)
            else:
                return True

    def release(self) -> None:
        fcntl.lockf(self.file, fcntl.LOCK_UN, 1, self.place)
