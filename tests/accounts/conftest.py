"""People of one commune, and their browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.pool import QueuePool

from backend.accounts.models import Staff
from backend.core import crypto, events
from backend.core import db as core_db
from backend.core.auth import Role
from backend.core.db import transaction
from backend.places.models import AdminUnit
from tests.factories.accounts import make_staff
from tests.factories.places import make_commune

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture
def ayun(app: Flask) -> AdminUnit:
    with transaction() as session:
        return make_commune(session, code="23798", name="Ayun")


@pytest.fixture
def hoa(ayun: AdminUnit) -> Staff:
    with transaction() as session:
        return make_staff(session, Role.TRIAGE_OFFICER, unit=ayun, username="hoa.ayun", name="Hoa")


@pytest.fixture
def admin(ayun: AdminUnit) -> Staff:
    with transaction() as session:
        return make_staff(session, Role.ADMINISTRATOR, unit=ayun, username="quantri.ayun")


@pytest.fixture
def browser(app: Flask) -> Callable[[], FlaskClient]:
    """Another browser, without cookies."""
    return app.test_client


@pytest.fixture
def open_while_hashing(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many database connections were in use at each hashing of a password: Argon2 takes its time."""
    counts: list[int] = []

    def noting(real: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*args: str) -> Any:
            pool = core_db.engine().pool
            assert isinstance(pool, QueuePool)
            counts.append(pool.checkedout())
            return real(*args)

        return noted

    for name in ("hash_password", "verify_password"):
        monkeypatch.setattr(crypto, name, noting(getattr(crypto, name)))
    return counts


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
