# ruff: noqa: ARG002 - SQLAlchemy fixes the signatures of column types
"""The database: one code for SQLite and PostgreSQL, and the only place that commits.

Writing goes through ``transaction()``, reading through ``reading()``. On SQLite a transaction begins IMMEDIATE,
because a deferred one that reads before it writes is refused at once when another writer is active.
"""

from __future__ import annotations

import enum
import math
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, ClassVar, TypeVar

import orjson
from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    String,
    TypeDecorator,
    Uuid,
    create_engine,
    event,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import IntegrityError, InvalidatePoolError, OperationalError
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    ORMExecuteState,
    Session,
    declared_attr,
    mapped_column,
    sessionmaker,
)
from sqlalchemy.pool import ConnectionPoolEntry

from backend.core import clock, ids
from backend.core.turns import turns

# A connection that rested longer than this is asked whether it still stands.
RESTS_S = 1.0
# A writer waits this long for another before it gives up, on both databases.
LOCK_TIMEOUT_MS = 5_000


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC datetimes in and out; SQLite keeps them without a zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """What cursors of lists are read back as."""
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive values; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment needs a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class TextEnum(TypeDecorator[enum.StrEnum]):
    """A ``StrEnum`` kept as its value in a plain text column: adding a member needs no migration."""

    impl = String(40)
    cache_ok = True

    def __init__(self, kind: type[enum.StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: enum.StrEnum | str | None, dialect: Dialect) -> str | None:
        """Refuse values that are not members."""
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> enum.StrEnum | None:
        """Give back the member."""
        return None if value is None else self.kind(value)


Row = TypeVar("Row", bound="Base")
Json = JSON().with_variant(JSONB(), "postgresql")
# A number that the database counts: SQLite does so for its own integer keys only.
RowId = BigInteger().with_variant(Integer(), "sqlite")


class Base(DeclarativeBase):
    """Base of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        uuid.UUID: Uuid(),
        datetime: UtcDateTime(),
        date: Date(),
        dict[str, Any]: Json,
        list[Any]: Json,
        list[str]: Json,
        list[dict[str, Any]]: Json,
        enum.StrEnum: String(40),
    }


class Identified:
    """Mixin: a time-ordered UUID as the primary key."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)


class Timestamped:
    """Mixin: when the row was made and last changed."""

    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)


class Versioned:
    """Mixin: an integer version that every write advances; a write on a stale row fails (HTTP 412)."""

    version: Mapped[int] = mapped_column(Integer, default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - SQLAlchemy calls it with the class
        return {"version_id_col": cls.version}


class Generation(Base):
    """One counter per area of public content; whoever changes the area advances it in the same transaction."""

    __tablename__ = "generation"

    area: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger, default=1)


@dataclass(frozen=True, slots=True)
class _Bind:
    engine: Engine
    write: sessionmaker[Session]
    read: sessionmaker[Session]
    turn: Callable[[], AbstractContextManager[None]]  # held while a session writes


class _Reading(Session):
    """A session that only selects."""

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        """Refuse: nothing is stored from here."""
        raise RuntimeError("a reading session stores nothing")


@event.listens_for(_Reading, "do_orm_execute")
def _only_selects(state: ORMExecuteState) -> None:
    if not state.is_select:
        raise RuntimeError("a reading session stores nothing")


_bind: list[_Bind] = []


def connect(url: str, *, pool_size: int = 5) -> Engine:
    """Open the engine of this process and make it the one that ``transaction`` and ``reading`` use."""
    disconnect()
    engine = _engine(url, pool_size)
    if engine.dialect.name == "sqlite":
        reads, turn = engine, turns(engine.url.database, LOCK_TIMEOUT_MS / 1000)
    else:
        # Each statement sees what was stored when it began, in a transaction too: without one it costs one way to
        # the database instead of three.
        reads, turn = engine.execution_options(isolation_level="AUTOCOMMIT"), nullcontext
    writes = engine.execution_options(tienglang_write=True)
    _bind.append(
        _Bind(
            engine,
            sessionmaker(writes, expire_on_commit=False),
            sessionmaker(reads, class_=_Reading, expire_on_commit=False, autoflush=False),
            turn,
        )
    )
    return engine


def disconnect() -> None:
    """Close the engine, if one is open."""
    while _bind:
        _bind.pop().engine.dispose()


def engine() -> Engine:
    """The engine of this process."""
    return _bound().engine


def _bound() -> _Bind:
    if not _bind:
        raise RuntimeError("no database is connected: call db.connect first")
    return _bind[-1]


def _engine(url: str, pool_size: int) -> Engine:
    options: dict[str, Any] = {
        "json_serializer": lambda value: orjson.dumps(value).decode(),
        "json_deserializer": orjson.loads,
    }
    if url.startswith("sqlite"):
        made = create_engine(url, connect_args={"timeout": LOCK_TIMEOUT_MS / 1000}, **options)
        event.listen(made, "connect", _prepare_sqlite)
        event.listen(made, "begin", _begin_sqlite)
        return made
    if url.startswith("postgresql://"):
        url = "postgresql+psycopg://" + url.removeprefix("postgresql://")
    made = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=5,
        connect_args={"options": f"-c lock_timeout={LOCK_TIMEOUT_MS} -c timezone=UTC"},
        **options,
    )
    _ask_the_rested(made)
    return made


def _ask_the_rested(engine: Engine) -> None:
    """Find connections that were lost while they rested; one that was just used is not asked each time."""

    @event.listens_for(engine, "checkin")
    def rests(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def asked(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
        if time.monotonic() - record.info.get("rests_since", math.inf) < RESTS_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as lost:
            raise InvalidatePoolError from lost


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={LOCK_TIMEOUT_MS}",
        "foreign_keys=ON",
        "cache_size=-4000",  # kB for each connection of each process; the system keeps the rest
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    if connection.get_execution_options().get("tienglang_write", False):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def transaction() -> Iterator[Session]:
    """A writing session: committed at the end of the block, rolled back when the block raises.

    Raises:
        RuntimeError: on SQLite, this thread is in one already; the two would wait for one another.
    """
    bound = _bound()
    with bound.turn():
        session = bound.write()
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.close()
    for callback in session.info.pop("after_commit", ()):
        callback()


@contextmanager
def reading() -> Iterator[Session]:
    """A session that only reads, each statement what is stored when it begins.

    Raises:
        RuntimeError: by the session, when something is written in it.
    """
    session = _bound().read()
    try:
        yield session
    finally:
        session.close()


def after_commit(session: Session, callback: Callable[[], None]) -> None:
    """Run ``callback`` once this transaction is stored; never when it is rolled back."""
    session.info.setdefault("after_commit", []).append(callback)


_bump_listeners: list[Callable[[], None]] = []


def listen_to_bumps(callback: Callable[[], None]) -> None:
    """Call back after each transaction of this process that advanced a generation."""
    _bump_listeners.append(callback)


def bump(session: Session, area: str) -> None:
    """Tell every process that the public content of ``area`` changes with this transaction."""
    bumped: set[str] = session.info.setdefault("bumped", set())
    if area in bumped:
        return
    if not bumped:
        for listener in _bump_listeners:
            after_commit(session, listener)
    bumped.add(area)
    changed = session.execute(
        update(Generation).where(Generation.area == area).values(value=Generation.value + 1)
    )
    if changed.rowcount == 0:  # type: ignore[attr-defined] # CursorResult of an UPDATE
        session.add(Generation(area=area))
        session.flush()


def get_or_add(session: Session, kind: type[Row], key: Any, /, **defaults: Any) -> Row:
    """The row of that primary key, locked; made with ``defaults`` when there is none.

    Of several that make it at the same moment one does, and the others find it: nobody sees a failure.
    """
    found = session.get(kind, key, with_for_update=True)
    if found is not None:
        return found
    try:
        with session.begin_nested():
            made = kind(**defaults)
            session.add(made)
        return made
    except IntegrityError:
        return session.get_one(kind, key, with_for_update=True, populate_existing=True)


def is_lock(error: OperationalError) -> bool:
    """True when the database was busy with somebody else's write, not broken or away."""
    return getattr(error.orig, "sqlstate", None) == "55P03" or "locked" in str(error.orig)


def is_postgresql(session: Session) -> bool:
    """True on PostgreSQL, for the few places that differ."""
    return session.get_bind().dialect.name == "postgresql"


__all__ = [
    "LOCK_TIMEOUT_MS",
    "Base",
    "Generation",
    "Identified",
    "Json",
    "RowId",
    "TextEnum",
    "Timestamped",
    "UtcDateTime",
    "Versioned",
    "after_commit",
    "bump",
    "connect",
    "disconnect",
    "engine",
    "get_or_add",
    "is_lock",
    "is_postgresql",
    "listen_to_bumps",
    "reading",
    "transaction",
]
