"""Administration of staff, within the administrator's own units, every act on record."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.accounts import queries
from backend.accounts.events import StaffDeactivated
from backend.accounts.models import AdminAct, RevokedBecause, RoleGrant, Staff
from backend.accounts.rules import NEEDS_DEPARTMENT, levels_of
from backend.accounts.service import sessions, totp
from backend.core import clock, crypto
from backend.core.auth import ROLE_PERMISSIONS, Permission, Principal, Role
from backend.core.errors import Conflict, Forbidden, InvalidInput, NotFound, PreconditionFailed
from backend.core.events import emit
from backend.core.text import fold
from backend.places import queries as places
from backend.places import service as places_service
from backend.places.models import AdminUnit, Community, Department
from backend.places.scope import units_in_scope

# Easy to read out and to type: no 0/o, no 1/l.
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class WantedGrant:
    """A role to be granted, as asked for."""

    role: Role
    unit_code: str
    department_id: UUID | None = None
    community_id: UUID | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None


def fresh_password() -> str:
    """A password to be handed over once and changed at the first sign-in: about 80 bits in four groups."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def create(
    session: Session,
    actor: Principal,
    *,
    username: str,
    name: str,
    unit_code: str,
    grants: list[WantedGrant],
    password: str | None = None,
    **contact: Any,
) -> tuple[Staff, str]:
    """Add a member of staff with their first roles; returns the password to hand over.

    Raises:
        InvalidInput: the unit is unknown or not the administrator's, or a grant is not possible.
        Conflict: somebody has that user name.
    """
    unit = _unit_in_scope(session, actor, unit_code, "unit")
    if queries.staff_by_username(session, username) is not None:
        raise Conflict("staff.username_taken", username=username)
    handed_over = password or fresh_password()
    staff = Staff(
        username=username,
        name=name,
        search_key=fold(name),
        unit_id=unit.id,
        password_hash=crypto.hash_password(handed_over),
        must_change_password=password is None,
    )
    _set_contact(staff, contact)
    try:
        with session.begin_nested():
            session.add(staff)
    except IntegrityError as error:  # another request was first
        raise Conflict("staff.username_taken", username=username) from error
    record(session, actor, "staff.created", staff.id, unit.id)
    for wanted in grants:
        _grant(session, actor, staff, wanted)
    return staff, handed_over


def change(
    session: Session, actor: Principal, staff_id: UUID, version: int, changes: dict[str, Any]
) -> Staff:
    """Change name, contact, language, or whether somebody works here; ``reason`` goes on record.

    Raises:
        NotFound: not in the administrator's units.
        Forbidden: oneself, or somebody with powers beyond the administrator's units.
        PreconditionFailed: changed by somebody else in the meantime.
    """
    staff = _manageable(session, actor, staff_id)
    if staff.version != version:
        raise PreconditionFailed(current_version=staff.version)
    reason = changes.pop("reason", None)
    active = changes.pop("active", staff.active)
    if "name" in changes:
        staff.name = changes.pop("name")
        staff.search_key = fold(staff.name)
    _set_contact(staff, changes)
    if active != staff.active:
        staff.active = active
        record(
            session,
            actor,
            "staff.activated" if active else "staff.deactivated",
            staff.id,
            staff.unit_id,
            reason,
        )
    else:
        record(session, actor, "staff.changed", staff.id, staff.unit_id, reason)
    staff.updated_at = clock.now()
    session.flush()
    if not active:
        sessions.sign_out_everywhere(session, "staff", staff.id, RevokedBecause.DEACTIVATED)
        emit(session, StaffDeactivated(staff.id))
    for unit_id in {grant.unit_id for grant in queries.grants_of(session, [staff.id])[staff.id]}:
        _see_whether_staffed(session, unit_id)
    return staff


def grant(session: Session, actor: Principal, staff_id: UUID, wanted: WantedGrant) -> RoleGrant:
    """Give somebody a role on a unit of the administrator's.

    Raises:
        NotFound: nobody of that id in the administrator's units.
        Forbidden: to oneself.
        InvalidInput: the unit is not the administrator's, or the role cannot be held so.
    """
    staff = _visible(session, actor, staff_id)
    return _grant(session, actor, staff, wanted)


def revoke(
    session: Session, actor: Principal, staff_id: UUID, grant_id: UUID, reason: str | None = None
) -> None:
    """End a grant now; the row stays as history.

    Raises:
        NotFound: no such grant on a unit of the administrator's, or it ended before.
        Forbidden: one's own.
    """
    staff = _visible(session, actor, staff_id)
    row = session.scalar(
        select(RoleGrant).where(
            RoleGrant.id == grant_id,
            RoleGrant.staff_id == staff.id,
            RoleGrant.unit_id.in_(units_in_scope(actor, Permission.STAFF_MANAGE)),
        )
    )
    moment = clock.now()
    if row is None or (row.valid_to is not None and row.valid_to <= moment):
        raise NotFound
    row.valid_to = max(moment, row.valid_from)
    staff.updated_at = moment  # its version moves: whoever edits the person sees it
    session.flush()
    record(
        session,
        actor,
        "grant.revoked",
        staff.id,
        row.unit_id,
        reason,
        grant=str(row.id),
        role=row.role.value,
    )
    _see_whether_staffed(session, row.unit_id)


def reset(session: Session, actor: Principal, staff_id: UUID, reason: str | None) -> str:
    """Hand out a fresh password, switch the second factor off, end every session; returns the password."""
    staff = _manageable(session, actor, staff_id)
    handed_over = fresh_password()
    staff.password_hash = crypto.hash_password(handed_over)
    staff.must_change_password = True
    totp.switch_off(session, staff)
    session.flush()
    sessions.sign_out_everywhere(session, "staff", staff.id, RevokedBecause.PASSWORD_CHANGED)
    record(session, actor, "staff.reset", staff.id, staff.unit_id, reason)
    return handed_over


def record(
    session: Session,
    actor: Principal,
    act: str,
    target_id: UUID,
    unit_id: UUID | None,
    reason: str | None = None,
    *,
    target_kind: str = "staff",
    **detail: str,
) -> None:
    """Write an administrative act down."""
    session.add(
        AdminAct(
            actor_kind=actor.kind,
            actor_id=actor.id,
            act=act,
            target_kind=target_kind,
            target_id=target_id,
            unit_id=unit_id,
            reason=reason,
            detail=detail,
        )
    )


def _grant(session: Session, actor: Principal, staff: Staff, wanted: WantedGrant) -> RoleGrant:
    if actor.id == staff.id:
        raise Forbidden("staff.not_yourself")
    unit = _unit_in_scope(session, actor, wanted.unit_code, "unit")
    if unit.level.value not in levels_of(wanted.role):
        raise InvalidInput({"role": ["not_on_this_unit"]})
    if wanted.role in NEEDS_DEPARTMENT and wanted.department_id is None:
        raise InvalidInput({"department_id": ["required"]})
    if wanted.department_id is not None:
        department = session.get(Department, wanted.department_id)
        _must_belong(department, unit, "department_id")
    if wanted.community_id is not None:
        community = session.get(Community, wanted.community_id)
        _must_belong(community, unit, "community_id")
    begins = wanted.valid_from or clock.now()
    if wanted.valid_to is not None and wanted.valid_to <= max(begins, clock.now()):
        raise InvalidInput({"valid_to": ["too_early"]})
    _must_be_new(session, staff, wanted, unit)
    row = RoleGrant(
        staff_id=staff.id,
        role=wanted.role,
        unit_id=unit.id,
        department_id=wanted.department_id,
        community_id=wanted.community_id,
        valid_from=begins,
        valid_to=wanted.valid_to,
        granted_by=actor.id,
    )
    session.add(row)
    staff.updated_at = clock.now()
    session.flush()
    record(
        session, actor, "grant.added", staff.id, unit.id, grant=str(row.id), role=wanted.role.value
    )
    _see_whether_staffed(session, unit.id)
    return row


def _must_be_new(session: Session, staff: Staff, wanted: WantedGrant, unit: AdminUnit) -> None:
    same = [
        each
        for each in queries.grants_of(session, [staff.id])[staff.id]
        if (each.role, each.unit_id, each.department_id, each.community_id)
        == (wanted.role, unit.id, wanted.department_id, wanted.community_id)
    ]
    if same:
        raise Conflict("staff.has_this_role")


def _must_belong(part: Department | Community | None, unit: AdminUnit, field: str) -> None:
    if part is None or part.unit_id != unit.id:
        raise InvalidInput({field: ["unknown"]})


def _unit_in_scope(session: Session, actor: Principal, code: str, field: str) -> AdminUnit:
    unit = places.unit_by_code(session, code)
    scope = units_in_scope(actor, Permission.STAFF_MANAGE)
    if unit is None or session.scalar(scope.where(AdminUnit.id == unit.id)) is None:
        raise InvalidInput({field: ["unknown"]})
    return unit


def _visible(session: Session, actor: Principal, staff_id: UUID) -> Staff:
    if actor.id == staff_id:
        raise Forbidden("staff.not_yourself")
    staff = session.scalar(queries.staff_in_scope(actor).where(Staff.id == staff_id))
    if staff is None:
        raise NotFound
    return staff


def _manageable(session: Session, actor: Principal, staff_id: UUID) -> Staff:
    """Whoever could sign in as somebody would hold their powers: so none of these may lie beyond one's own units."""
    staff = _visible(session, actor, staff_id)
    held = {grant.unit_id for grant in queries.grants_of(session, [staff.id])[staff.id]}
    scope = units_in_scope(actor, Permission.STAFF_MANAGE)
    wanted = held | {staff.unit_id}
    inside = set(session.scalars(scope.where(AdminUnit.id.in_(wanted))))
    if inside != wanted:
        raise Forbidden("staff.beyond_your_units")
    return staff


def _set_contact(staff: Staff, contact: dict[str, Any]) -> None:
    if "phone" in contact:
        staff.phone_sealed = crypto.seal(contact["phone"]) if contact["phone"] else None
    if "email" in contact:
        staff.email = contact["email"] or None
    if "language" in contact:
        staff.language = contact["language"]


def _see_whether_staffed(session: Session, unit_id: UUID) -> None:
    """A commune takes feedback through the system while somebody there may sort it."""
    sorters = [role for role, held in ROLE_PERMISSIONS.items() if Permission.CASES_TRIAGE in held]
    found = session.scalar(
        select(RoleGrant.id)
        .join(Staff, Staff.id == RoleGrant.staff_id)
        .where(
            RoleGrant.unit_id == unit_id,
            RoleGrant.role.in_(sorters),
            queries.in_force(),
            Staff.active,
        )
        .limit(1)
    )
    places_service.mark_staffed(session, unit_id, staffed=found is not None)
