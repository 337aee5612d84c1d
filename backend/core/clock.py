"""The time, in one place, so that tests can hold it still. Stored and spoken in UTC; counted in Vietnam's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")

_frozen: ContextVar[datetime | None] = ContextVar("frozen_time", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC, to the microsecond."""
    return _frozen.get() or datetime.now(UTC)


def today_local() -> date:
    """Today's date in Vietnam."""
    return now().astimezone(LOCAL).date()


@contextmanager
def freeze(moment: datetime) -> Iterator[None]:
    """Hold ``now()`` at ``moment`` (aware) inside the block."""
    if moment.tzinfo is None:
        raise ValueError("a frozen moment needs a time zone")
    token = _frozen.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
