"""Makers of policies, through the same services as the desk uses."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from backend.core.auth import Principal, Role
from backend.places.models import AdminUnit
from backend.policies import service
from backend.policies.models import Policy, PolicyKind, PromiseStatus
from tests.factories.accounts import make_staff, principal_of

TEXT = {
    "name": "Nước sạch nông thôn 2026",
    "summary": "Đưa nước sạch về năm làng.",
    "body": "Sửa bể, nối ống.\n\nKiểm tra nước mỗi quý.",
}


def promise(**overrides: Any) -> service.Promise:
    """A promise as the service takes it, due on the last day of 2026."""
    values: dict[str, Any] = {
        "id": None,
        "texts": {"vi": "Nối ống nước về 40 hộ cuối làng."},
        "responsible": "Tổ cấp nước",
        "department_id": None,
        "due_on": date(2026, 12, 31),
        "status": PromiseStatus.PLANNED,
        "note": "",
        **overrides,
    }
    made: service.Promise = values  # type: ignore[assignment] # the same names
    return made


def make_leader(session: Session, unit: AdminUnit) -> Principal:
    """Dũng, who answers for ``unit``."""
    level = unit.level.value
    role = Role.COMMUNE_LEADER if level == "commune" else Role.PROVINCE_SUPERVISOR
    return principal_of(session, make_staff(session, role, unit=unit))


def make_policy(
    session: Session, unit: AdminUnit, *, by: Principal | None = None, **overrides: Any
) -> Policy:
    """A draft in Vietnamese with one promise; ``name=``, ``summary=`` and ``body=`` change its text."""
    words = {key: overrides.pop(key, value) for key, value in TEXT.items()}
    draft: service.Draft = {
        "kind": PolicyKind.PROGRAMME,
        "texts": {"vi": words},
        "promises": [promise()],
        **overrides,  # type: ignore[typeddict-item] # names of a draft
    }
    policy = service.create(session, by or make_leader(session, unit), unit.code, draft)
    session.flush()
    return policy


def make_published(session: Session, unit: AdminUnit, **overrides: Any) -> Policy:
    """A policy that the public reads; see ``make_policy`` for the overrides."""
    by = overrides.pop("by", None) or make_leader(session, unit)
    policy = make_policy(session, unit, by=by, **overrides)
    return service.move(session, by, policy.id, policy.version, "publish")
