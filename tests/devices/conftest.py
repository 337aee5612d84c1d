from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from backend.accounts.models import Staff
from backend.core import jobs
from backend.core.auth import Role
from backend.core.db import transaction
from backend.places.models import AdminUnit
from tests.conftest import Database
from tests.factories.accounts import make_staff, sign_in
from tests.factories.places import make_commune


@pytest.fixture(autouse=True)
def quiet_bells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "ring", lambda _name, **_options: None)


@pytest.fixture
def ayun(db: Database) -> AdminUnit:
    with transaction() as session:
        return make_commune(session, code="23798", name="Ayun")


@pytest.fixture
def ky(ayun: AdminUnit) -> Staff:
    with transaction() as session:
        return make_staff(session, Role.DEVICE_TECHNICIAN, unit=ayun, name="Kỳ")


@pytest.fixture
def desk(app: Flask, ky: Staff) -> FlaskClient:
    return sign_in(app.test_client(), ky)
