"""Turns of those who write to one SQLite file."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Protocol

from sqlalchemy.exc import OperationalError


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
    threads = _Line(threading.Lock(), threading.Lock(), patience_s)
    processes: AbstractContextManager[None] = nullcontext()
    if database and database != ":memory:":
        file = os.open(f"{database}-turns", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        processes = _Line(_Byte(file, 0), _Byte(file, 1), patience_s)
    thread = threading.local()

    @contextmanager
    def turn() -> Iterator[None]:
        if getattr(thread, "writes", False):
            raise RuntimeError("a transaction inside a transaction")
        with threads:
            thread.writes = True
            try:
                with processes:
                    yield
            finally:
                thread.writes = False

    return turn


class _Lock(Protocol):
    def acquire(self, *, timeout: float) -> bool: ...

    def release(self) -> None: ...


class _Line:
    """Hold ``writing``, got through ``following``: whoever waits at the front of the line is not overtaken."""

    def __init__(self, following: _Lock, writing: _Lock, patience_s: float) -> None:
        self.following, self.writing, self.patience_s = following, writing, patience_s

    def __enter__(self) -> None:
        self._take(self.following)
        try:
            self._take(self.writing)
        finally:
            self.following.release()

    def __exit__(self, *_raised: object) -> None:
        self.writing.release()

    def _take(self, lock: _Lock) -> None:
        if not lock.acquire(timeout=self.patience_s):
            busy = sqlite3.OperationalError("database is locked")
            raise OperationalError("BEGIN IMMEDIATE", None, busy)


class _Byte:
    """The operating system's lock on a byte of a file; it lets go of a process that dies.

    It is not given up after a time: whoever holds it asks for SQLite's own lock, which is.
    """

    def __init__(self, file: int, place: int) -> None:
        self.file, self.place = file, place

    def acquire(self, *, timeout: float) -> bool:  # noqa: ARG002 - as the locks of threads
        fcntl.lockf(self.file, fcntl.LOCK_EX, 1, self.place)
        return True

    def release(self) -> None:
        fcntl.lockf(self.file, fcntl.LOCK_UN, 1, self.place)
