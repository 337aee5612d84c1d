"""Roles: given on a unit of the administrator's, ended, on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.accounts import queries
from backend.accounts.models import RoleGrant, Staff
from backend.accounts.rules import NEEDS_DEPARTMENT, TAKES_COMMUNITY, levels_of
from backend.accounts.service.administration import record, unit_in_scope, visible
from backend.core import clock
from backend.core.auth import ROLE_PERMISSIONS, Permission, Principal, Role
from backend.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from backend.places import service as places_service
from backend.places.models import AdminUnit, Community, Department
from backend.places.scope import units_in_scope


@dataclass(frozen=True, slots=True)
class WantedGrant:
    """A role to be granted, as asked for."""

    role: Role
    unit_code: str
    department_id: UUID | None = None
    community_id: UUID | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None


def grant(session: Session, actor: Principal, staff_id: UUID, wanted: WantedGrant) -> RoleGrant:
    """Give somebody a role on a unit of the administrator's.

    Raises:
        NotFound: nobody of that id in the administrator's units.
        Forbidden: to oneself.
        InvalidInput: the unit is not the administrator's, or the role cannot be held so.
    """
    staff = visible(session, actor, staff_id)
    return give(session, actor, staff, wanted)


def give(session: Session, actor: Principal, staff: Staff, wanted: WantedGrant) -> RoleGrant:
    """Give a role to somebody who was found already; see ``grant``."""
    if actor.id == staff.id:
        raise Forbidden("staff.not_yourself")
    unit = unit_in_scope(session, actor, Permission.STAFF_MANAGE, wanted.unit_code)
    if unit.level.value not in levels_of(wanted.role):
        raise InvalidInput({"role": ["not_on_this_unit"]})
    _must_be_narrowed_well(session, wanted, unit)
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
    see_whether_staffed(session, unit.id)
    return row


def revoke(
    session: Session, actor: Principal, staff_id: UUID, grant_id: UUID, reason: str | None = None
) -> None:
    """End a grant now; the row stays as history.

    Raises:
        NotFound: no such grant on a unit of the administrator's, or it ended before.
        Forbidden: one's own.
    """
    staff = visible(session, actor, staff_id)
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
    see_whether_staffed(session, row.unit_id)


def see_whether_staffed(session: Session, unit_id: UUID) -> None:
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


def _must_be_new(session: Session, staff: Staff, wanted: WantedGrant, unit: AdminUnit) -> None:
    same = [
        each
        for each in queries.grants_of(session, [staff.id])[staff.id]
        if (each.role, each.unit_id, each.department_id, each.community_id)
        == (wanted.role, unit.id, wanted.department_id, wanted.community_id)
    ]
    if same:
        raise Conflict("staff.has_this_role")


def _must_be_narrowed_well(session: Session, wanted: WantedGrant, unit: AdminUnit) -> None:
    if wanted.department_id is not None:
        if wanted.role not in NEEDS_DEPARTMENT:
            raise InvalidInput({"department_id": ["not_for_this_role"]})
        department = session.get(Department, wanted.department_id)
        _must_belong(department, unit, "department_id")
    elif wanted.role in NEEDS_DEPARTMENT:
        raise InvalidInput({"department_id": ["required"]})
    if wanted.community_id is not None:
        if wanted.role not in TAKES_COMMUNITY:
            raise InvalidInput({"community_id": ["not_for_this_role"]})
        community = session.get(Community, wanted.community_id)
        _must_belong(community, unit, "community_id")


def _must_belong(part: Department | Community | None, unit: AdminUnit, field: str) -> None:
    if part is None or part.unit_id != unit.id:
        raise InvalidInput({field: ["unknown"]})
