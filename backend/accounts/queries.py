"""Reads of the accounts room, for its routes and for the rooms above."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from backend.accounts.models import (
    AuthSession,
    OneTimeCode,
    PortalClient,
    Resident,
    RoleGrant,
    Staff,
)
from backend.accounts.rules import NEEDS_DEPARTMENT, TAKES_COMMUNITY
from backend.core import clock, crypto
from backend.core.auth import ROLE_PERMISSIONS, Grant, Permission, Principal, Role
from backend.core.db import UtcDateTime
from backend.core.text import fold
from backend.places.lineage import became, came_from
from backend.places.models import AdminUnit
from backend.places.queries import commune_by_code
from backend.places.scope import units_in_scope


def in_force(at: datetime | None = None) -> ColumnElement[bool]:
    """Condition: the grant holds at that moment (now when none is named)."""
    moment = at or clock.now()
    return and_(
        RoleGrant.valid_from <= moment,
        or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to > moment),
    )


# Asked with every request of somebody who is signed in: written once, plain columns, no objects.
_NOW = bindparam("now", type_=UtcDateTime())
_LIVING = and_(
    AuthSession.id == bindparam("session_id"),
    AuthSession.revoked_at.is_(None),
    AuthSession.expires_at > _NOW,
)
_STAFF_PRINCIPAL = (
    select(
        Staff.id,
        Staff.name,
        Staff.language,
        Staff.must_change_password,
        RoleGrant.role,
        RoleGrant.unit_id,
        AdminUnit.level,
        RoleGrant.department_id,
        RoleGrant.community_id,
    )
    .select_from(AuthSession)
    .join(Staff, Staff.id == AuthSession.staff_id)
    .outerjoin(
        RoleGrant,
        and_(
            RoleGrant.staff_id == Staff.id,
            RoleGrant.valid_from <= _NOW,
            or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to > _NOW),
        ),
    )
    .outerjoin(AdminUnit, AdminUnit.id == RoleGrant.unit_id)
    .where(_LIVING, AuthSession.generation == Staff.session_generation, Staff.active)
    .order_by(RoleGrant.id)
)
_RESIDENT_PRINCIPAL = (
    select(Resident.id, Resident.language)
    .join(AuthSession, AuthSession.resident_id == Resident.id)
    .where(_LIVING, AuthSession.generation == Resident.session_generation)
)


def staff_principal(session: Session, session_id: UUID) -> Principal | None:
    """The principal of a staff session in one statement; None when the session or the account is no longer good."""
    rows = session.execute(_STAFF_PRINCIPAL, {"session_id": session_id, "now": clock.now()}).all()
    if not rows:
        return None
    staff_id, name, language, must_change_password, *_ = rows[0]
    grants = tuple(
        Grant(role, unit_id, level.value, department_id, community_id)
        for _, _, _, _, role, unit_id, level, department_id, community_id in rows
        if role is not None
    )
    return Principal(
        kind="staff",
        id=staff_id,
        # Whoever was handed a password changes it before doing anything else.
        grants=() if must_change_password else grants,
        session_id=session_id,
        name=name,
        language=language,
    )


def resident_principal(session: Session, session_id: UUID) -> Principal | None:
    """The principal of a resident's session; None when it is no longer good."""
    row = session.execute(
        _RESIDENT_PRINCIPAL, {"session_id": session_id, "now": clock.now()}
    ).first()
    if row is None:
        return None
    return Principal(kind="resident", id=row[0], session_id=session_id, language=row[1])


def _alive() -> ColumnElement[bool]:
    return and_(AuthSession.revoked_at.is_(None), AuthSession.expires_at > clock.now())


def sessions_of(session: Session, principal: Principal) -> list[AuthSession]:
    """Where this person is signed in, latest use first."""
    owner = AuthSession.staff_id if principal.kind == "staff" else AuthSession.resident_id
    kind = Staff if principal.kind == "staff" else Resident
    generation = select(kind.session_generation).where(kind.id == principal.id).scalar_subquery()
    return list(
        session.scalars(
            select(AuthSession)
            .where(owner == principal.id, _alive(), AuthSession.generation == generation)
            .order_by(AuthSession.last_used_at.desc())
            .limit(100)
        )
    )


def staff_by_username(session: Session, username: str) -> Staff | None:
    """The member of staff who signs in under that name."""
    return session.scalar(select(Staff).where(Staff.username == username))


def staff_with(
    session: Session, permission: Permission, unit_id: UUID, department_id: UUID | None = None
) -> list[Staff]:
    """Active staff who hold ``permission`` on exactly this unit now, or on what it became, by name.

    With ``department_id``: only through grants narrowed to that department. A narrowed grant of a role that knows
    neither departments nor communities opens nothing, so its holder is not among them.
    """
    roles = [role for role, held in ROLE_PERMISSIONS.items() if permission in held]
    whole = and_(RoleGrant.department_id.is_(None), RoleGrant.community_id.is_(None))
    holders = select(RoleGrant.staff_id).where(
        RoleGrant.role.in_(roles),
        RoleGrant.unit_id.in_(became(unit_id)),
        or_(whole, RoleGrant.role.in_(NEEDS_DEPARTMENT | TAKES_COMMUNITY)),
        in_force(),
    )
    if department_id is not None:
        holders = holders.where(RoleGrant.department_id == department_id)
    return list(
        session.scalars(
            select(Staff).where(Staff.active, Staff.id.in_(holders)).order_by(Staff.name, Staff.id)
        )
    )


def staff_names(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names by id, in one statement; nobody is left out, active or not."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows = session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(wanted)))
    return dict(rows.all())


def resident(session: Session, resident_id: UUID) -> Resident | None:
    """The resident of that id."""
    return session.get(Resident, resident_id)


def resident_by_phone(session: Session, phone: str) -> Resident | None:
    """The resident with that number (E.164)."""
    return session.scalar(select(Resident).where(Resident.phone_index == crypto.blind_index(phone)))


@dataclass(frozen=True, slots=True)
class CodeToSend:
    """What the sender of a one-time code needs, opened."""

    phone: str  # E.164
    code: str
    language: str
    expires_at: datetime


def code_to_send(session: Session, code_id: UUID) -> CodeToSend | None:
    """The code and where it goes; None when it was used, replaced, sent for good, or is too old."""
    row = session.get(OneTimeCode, code_id)
    if row is None or row.used_at is not None or row.expires_at <= clock.now():
        return None
    if row.code_sealed is None or row.phone_sealed is None:
        return None
    newer = select(OneTimeCode.id).where(
        OneTimeCode.phone_index == row.phone_index, OneTimeCode.created_at > row.created_at
    )
    if session.scalar(newer.limit(1)) is not None:
        return None
    return CodeToSend(
        phone=crypto.open_sealed(row.phone_sealed),
        code=crypto.open_sealed(row.code_sealed),
        language=row.language,
        expires_at=row.expires_at,
    )


_PORTAL_PRINCIPAL = (
    select(PortalClient.id, PortalClient.name, PortalClient.unit_id, AdminUnit.level)
    .join(AdminUnit, AdminUnit.id == PortalClient.unit_id)
    .where(PortalClient.key_hash == bindparam("key_hash"), PortalClient.active)
)


def portal_principal(session: Session, key: str) -> Principal | None:
    """The principal of the active portal that presents this key, in one statement.

    Only digests are compared, so the time it takes tells nothing about a key.
    """
    row = session.execute(_PORTAL_PRINCIPAL, {"key_hash": crypto.hash_token(key)}).first()
    if row is None:
        return None
    portal_id, name, unit_id, level = row
    grants = (Grant(Role.PORTAL_CLIENT, unit_id, level.value),)
    return Principal(kind="portal", id=portal_id, grants=grants, name=name)


def portals_in_scope(actor: Principal, *, unit_id: UUID | None = None) -> Select[PortalClient]:
    """Portals of the units whose portals ``actor`` looks after."""
    scope = units_in_scope(actor, Permission.PORTALS_MANAGE)
    statement = select(PortalClient).where(PortalClient.unit_id.in_(scope))
    return statement if unit_id is None else statement.where(PortalClient.unit_id == unit_id)


def may_hand_in(session: Session, actor: Principal, commune_code: str) -> bool:
    """True when ``actor`` may pass feedback on to the commune of that code today."""
    commune = commune_by_code(session, commune_code)
    if commune is None:
        return False
    scope = units_in_scope(actor, Permission.FEEDBACK_HAND_IN)
    return session.scalar(scope.where(AdminUnit.id == commune.id)) is not None


def staff_in_scope(
    actor: Principal,
    *,
    unit_id: UUID | None = None,
    text: str = "",
    active: bool | None = None,
) -> Select[Staff]:
    """Staff whom ``actor`` administers: employed by a unit of theirs, or holding a role there."""
    scope = units_in_scope(actor, Permission.STAFF_MANAGE)
    held = select(RoleGrant.staff_id).where(RoleGrant.unit_id.in_(scope), in_force())
    statement = select(Staff).where(or_(Staff.unit_id.in_(scope), Staff.id.in_(held)))
    if unit_id is not None:
        line = came_from([unit_id])
        there = select(RoleGrant.staff_id).where(RoleGrant.unit_id.in_(line), in_force())
        statement = statement.where(or_(Staff.unit_id.in_(line), Staff.id.in_(there)))
    if active is not None:
        statement = statement.where(Staff.active.is_(active))
    if text:
        statement = statement.where(
            or_(
                Staff.search_key.contains(fold(text), autoescape=True),
                Staff.username.contains(text.lower(), autoescape=True),
            )
        )
    return statement


def grants_of(session: Session, staff_ids: Iterable[UUID]) -> dict[UUID, list[RoleGrant]]:
    """The grants in force or still to come, by staff, in one statement."""
    wanted = list(staff_ids)
    found: dict[UUID, list[RoleGrant]] = {staff_id: [] for staff_id in wanted}
    if not wanted:
        return found
    moment = clock.now()
    rows = session.scalars(
        select(RoleGrant)
        .where(
            RoleGrant.staff_id.in_(wanted),
            or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to > moment),
        )
        .order_by(RoleGrant.id)
    )
    for grant in rows:
        found[grant.staff_id].append(grant)
    return found
