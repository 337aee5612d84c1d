from __future__ import annotations

from dataclasses import dataclass

import pytest

from backend.accounts.models import Staff
from backend.core import jobs
from backend.core.auth import Principal, Role
from backend.core.db import transaction
from backend.places.models import AdminUnit
from tests.conftest import Database
from tests.factories.accounts import make_staff, principal_of
from tests.factories.places import make_commune


@dataclass
class House:
    """One commune with those who make its broadcasts."""

    commune: AdminUnit
    tam: Staff  # operator
    dung: Staff  # chair, approves
    tam_acts: Principal
    dung_acts: Principal


@pytest.fixture
def ayun(db: Database) -> House:
    with transaction() as session:
        commune = make_commune(session, code="23798", name="Ayun")
        tam = make_staff(session, Role.BROADCAST_OPERATOR, unit=commune, name="Tâm")
        dung = make_staff(session, Role.COMMUNE_LEADER, unit=commune, name="Dũng")
        return House(commune, tam, dung, principal_of(session, tam), principal_of(session, dung))


@pytest.fixture(autouse=True)
def quiet_bells(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Bells are heard by nobody: tests run the jobs themselves."""
    rung: list[str] = []
    monkeypatch.setattr(jobs, "ring", lambda name, **_options: rung.append(name))
    return rung
