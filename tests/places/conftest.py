"""The real units of Gia Lai, as the operator's command stores them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest

from backend.core import events
from backend.core.db import transaction
from backend.places import service
from backend.places.source import Source, read_source
from tests.conftest import Database


@cache
def whole_source() -> Source:
    return read_source()


@pytest.fixture
def source() -> Source:
    return whole_source()


@pytest.fixture
def gia_lai(db: Database, source: Source) -> service.ImportReport:
    with transaction() as session:
        return service.import_units(session, source, frozenset({"52"}))


@contextmanager
def hearing(*kinds: type[events.Event]) -> Iterator[list[Any]]:
    """Collect events of these kinds instead of handling anything; the real table is back afterwards."""
    happened: list[Any] = []
    real = dict(events._table)
    events.wire({kind: [lambda _session, event: happened.append(event)] for kind in kinds})
    try:
        yield happened
    finally:
        events.wire(real)
