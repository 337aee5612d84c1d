"""Makers of staff, residents and portals, and the way tests sign in."""

from __future__ import annotations

from functools import lru_cache
from itertools import count
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.accounts.models import OneTimeCode, PortalClient, Resident, RoleGrant, Staff
from backend.core import crypto
from backend.core.auth import Grant, Principal, Role
from backend.core.db import reading
from backend.places.models import AdminUnit
from tests.factories.places import make_commune

PASSWORD = "mot-mat-khau-du-dai"
_number = count(1)


@lru_cache
def _hash(password: str) -> str:
    return crypto.hash_password(password)  # once: Argon2 is slow on purpose


def make_staff(
    session: Session, *roles: Role, unit: AdminUnit | None = None, **overrides: Any
) -> Staff:
    """A member of staff with ``roles`` on ``unit`` (a new commune when none is given).

    ``department_id=`` and ``community_id=`` narrow the grants; the password is ``PASSWORD``.
    """
    number = next(_number)
    unit = unit or make_commune(session)
    narrowed = {
        key: overrides.pop(key) for key in ("department_id", "community_id") if key in overrides
    }
    values: dict[str, Any] = {
        "username": f"can.bo.{number}",
        "name": f"Cán bộ {number}",
        "unit_id": unit.id,
        "password_hash": _hash(PASSWORD),
        **overrides,
    }
    row = Staff(**values)
    session.add(row)
    session.flush()
    session.add_all(
        RoleGrant(staff_id=row.id, role=role, unit_id=unit.id, **narrowed) for role in roles
    )
    session.flush()
    return row


def make_resident(session: Session, phone: str = "+84905123456", **overrides: Any) -> Resident:
    """Lan, or whoever has ``phone`` (E.164)."""
    name = overrides.pop("name", "Lan")
    row = Resident(
        phone_sealed=crypto.seal(phone),
        phone_index=crypto.blind_index(phone),
        name_sealed=crypto.seal(name) if name else None,
        **overrides,
    )
    session.add(row)
    session.flush()
    return row


def make_portal(session: Session, unit: AdminUnit, **overrides: Any) -> PortalClient:
    """A portal of ``unit`` that may frame us from https://cong.example."""
    number = next(_number)
    values: dict[str, Any] = {
        "name": f"Cổng {number}",
        "unit_id": unit.id,
        "key_hash": crypto.hash_token(f"portal-key-{number}"),
        "allowed_origins": ["https://cong.example"],
        **overrides,
    }
    row = PortalClient(**values)
    session.add(row)
    session.flush()
    return row


def principal_of(session: Session, staff: Staff) -> Principal:
    """The principal that services are called with when ``staff`` acts."""
    rows = session.execute(
        select(RoleGrant, AdminUnit.level)
        .join(AdminUnit, AdminUnit.id == RoleGrant.unit_id)
        .where(RoleGrant.staff_id == staff.id)
    ).all()
    grants = tuple(
        Grant(row.role, row.unit_id, level, row.department_id, row.community_id)
        for row, level in rows
    )
    return Principal(
        kind="staff", id=staff.id, grants=grants, name=staff.name, language=staff.language
    )


def resident_principal(resident: Resident) -> Principal:
    """The principal of a signed-in resident."""
    return Principal(kind="resident", id=resident.id, language=resident.language)


def sign_in(client: FlaskClient, staff: Staff, password: str = PASSWORD) -> FlaskClient:
    """Sign ``staff`` in through the front door; the client keeps the cookies and sends the CSRF header."""
    answer = client.post(
        "/api/v1/auth/staff/sign-in", json={"username": staff.username, "password": password}
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    client.environ_base["HTTP_X_CSRF_TOKEN"] = answer.get_json()["csrf"]
    return client


def newest_code(phone: str) -> str:
    """The one-time code that was made last for ``phone``, as the text message would say it."""
    with reading() as session:
        row = session.scalars(
            select(OneTimeCode)
            .where(OneTimeCode.phone_index == crypto.blind_index(phone))
            .order_by(OneTimeCode.created_at.desc())
            .limit(1)
        ).one()
        return crypto.open_sealed(row.code_sealed or "")


def sign_in_resident(client: FlaskClient, phone: str = "+84905123456") -> UUID:
    """Sign a resident in through the front door, as a new one when nobody has ``phone``; returns their id."""
    asked = client.post("/api/v1/auth/residents/code", json={"phone": phone})
    assert asked.status_code == 202, asked.get_data(as_text=True)
    answer = client.post(
        "/api/v1/auth/residents/sign-in", json={"phone": phone, "code": newest_code(phone)}
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    client.environ_base["HTTP_X_CSRF_TOKEN"] = answer.get_json()["csrf"]
    return UUID(answer.get_json()["resident"]["id"])
