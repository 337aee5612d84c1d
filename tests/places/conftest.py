"""The real units of Gia Lai, as the operator's command stores them."""

from __future__ import annotations

from functools import cache

import pytest

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
