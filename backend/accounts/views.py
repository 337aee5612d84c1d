"""What people are shown of accounts: rows with the names of their units, ready for the schemas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.accounts import queries
from backend.accounts.models import PortalClient, Resident, RoleGrant, Staff
from backend.accounts.rules import mask_phone
from backend.core import crypto
from backend.places import queries as places
from backend.places.models import AdminUnit, Community, Department


def staff_views(session: Session, staff: Sequence[Staff]) -> list[dict[str, Any]]:
    """Staff with their grants: four statements, however many they are."""
    grants = queries.grants_of(session, [each.id for each in staff])
    every = [grant for held in grants.values() for grant in held]
    units = places.units(
        session, {each.unit_id for each in staff} | {each.unit_id for each in every}
    )
    departments = _names(session, Department, {each.department_id for each in every})
    communities = _names(session, Community, {each.community_id for each in every})
    return [
        {
            "id": each.id,
            "username": each.username,
            "name": each.name,
            "unit": _unit(units[each.unit_id]),
            "email": each.email,
            "phone_masked": each.phone_sealed and mask_phone(crypto.open_sealed(each.phone_sealed)),
            "language": each.language,
            "active": each.active,
            "has_totp": each.totp_sealed is not None,
            "must_change_password": each.must_change_password,
            "version": each.version,
            "grants": [
                _grant(grant, units[grant.unit_id], departments, communities)
                for grant in grants[each.id]
            ],
        }
        for each in staff
    ]


def grant_view(session: Session, grant: RoleGrant) -> dict[str, Any]:
    """One grant with the names it refers to."""
    units = places.units(session, [grant.unit_id])
    departments = _names(session, Department, {grant.department_id})
    communities = _names(session, Community, {grant.community_id})
    return _grant(grant, units[grant.unit_id], departments, communities)


def portal_views(session: Session, portals: Sequence[PortalClient]) -> list[dict[str, Any]]:
    """Portals with the names of their units, without their keys."""
    units = places.units(session, {each.unit_id for each in portals})
    return [
        {
            "id": each.id,
            "name": each.name,
            "unit": _unit(units[each.unit_id]),
            "allowed_origins": each.allowed_origins,
            "active": each.active,
            "created_at": each.created_at,
            "key_made_at": each.key_made_at,
            "version": each.version,
        }
        for each in portals
    ]


def resident_view(session: Session, resident: Resident) -> dict[str, Any]:
    """A resident, as they see themselves."""
    commune = places.unit(session, resident.commune_id) if resident.commune_id else None
    return {
        "id": resident.id,
        "name": crypto.open_sealed(resident.name_sealed) if resident.name_sealed else None,
        "phone_masked": mask_phone(crypto.open_sealed(resident.phone_sealed)),
        "commune": commune and {"code": commune.code, "name": commune.full_name},
        "language": resident.language,
    }


def _grant(
    grant: RoleGrant,
    unit: AdminUnit,
    departments: dict[UUID, str],
    communities: dict[UUID, str],
) -> dict[str, Any]:
    return {
        "id": grant.id,
        "role": grant.role,
        "unit": _unit(unit),
        "department": _named(grant.department_id, departments),
        "community": _named(grant.community_id, communities),
        "valid_from": grant.valid_from,
        "valid_to": grant.valid_to,
    }


def _unit(unit: AdminUnit) -> dict[str, Any]:
    return {"code": unit.code, "name": unit.full_name, "level": unit.level.value}


def _named(row_id: UUID | None, names: dict[UUID, str]) -> dict[str, Any] | None:
    return None if row_id is None else {"id": row_id, "name": names.get(row_id, "")}


def _names(
    session: Session, kind: type[Department | Community], ids: Iterable[UUID | None]
) -> dict[UUID, str]:
    wanted = {each for each in ids if each is not None}
    if not wanted:
        return {}
    table = kind.__table__
    rows = session.execute(select(table.c.id, table.c.name).where(table.c.id.in_(wanted)))
    return {row.id: row.name for row in rows}
