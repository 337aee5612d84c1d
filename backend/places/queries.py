"""Reads of the places room, for every room above it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from backend.core import clock
from backend.places.models import AdminUnit, Community, Department, UnitLevel


def standing(on: date | None = None) -> ColumnElement[bool]:
    """Condition: the unit stands on that day (today in Vietnam when none is named)."""
    day = on or clock.today_local()
    return and_(
        AdminUnit.valid_from <= day, or_(AdminUnit.valid_to.is_(None), AdminUnit.valid_to >= day)
    )


def unit(session: Session, unit_id: UUID) -> AdminUnit | None:
    """The unit of that id, of whatever time."""
    return session.get(AdminUnit, unit_id)


def units(session: Session, unit_ids: Iterable[UUID]) -> dict[UUID, AdminUnit]:
    """Units by id, in one statement."""
    wanted = set(unit_ids)
    if not wanted:
        return {}
    found = session.scalars(select(AdminUnit).where(AdminUnit.id.in_(wanted)))
    return {each.id: each for each in found}


def commune_by_code(session: Session, code: str, at: date | None = None) -> AdminUnit | None:
    """The commune that carries ``code`` on the day ``at`` (today when none is named)."""
    return _by_code(session, UnitLevel.COMMUNE, code, at)


def province_by_code(session: Session, code: str, at: date | None = None) -> AdminUnit | None:
    """The province that carries ``code`` on the day ``at`` (today when none is named)."""
    return _by_code(session, UnitLevel.PROVINCE, code, at)


def _by_code(session: Session, level: UnitLevel, code: str, at: date | None) -> AdminUnit | None:
    return session.scalar(
        select(AdminUnit).where(AdminUnit.level == level, AdminUnit.code == code, standing(at))
    )


def provinces(session: Session, at: date | None = None) -> list[AdminUnit]:
    """The provinces of that day, in the order of their codes."""
    return list(
        session.scalars(
            select(AdminUnit)
            .where(AdminUnit.level == UnitLevel.PROVINCE, standing(at))
            .order_by(AdminUnit.code)
        )
    )


def communes_of(session: Session, province_id: UUID, at: date | None = None) -> list[AdminUnit]:
    """The communes of a province on that day, in the order of their codes."""
    return list(
        session.scalars(
            select(AdminUnit)
            .where(AdminUnit.parent_id == province_id, standing(at))
            .order_by(AdminUnit.code)
        )
    )


def province_of(session: Session, unit: AdminUnit) -> AdminUnit:
    """The province that a unit belongs to; itself when it is one."""
    if unit.parent_id is None:
        return unit
    province = session.get(AdminUnit, unit.parent_id)
    if province is None:
        raise LookupError(f"unit {unit.id} has a parent that does not exist")
    return province


def departments_of(session: Session, unit_id: UUID, *, inactive: bool = False) -> list[Department]:
    """The departments of a unit by name."""
    statement = select(Department).where(Department.unit_id == unit_id).order_by(Department.name)
    if not inactive:
        statement = statement.where(Department.active)
    return list(session.scalars(statement))


def department(session: Session, department_id: UUID) -> Department | None:
    """The department of that id."""
    return session.get(Department, department_id)


def communities_of(session: Session, unit_id: UUID, at: date | None = None) -> list[Community]:
    """The communities of a commune on that day, by code."""
    day = at or clock.today_local()
    return list(
        session.scalars(
            select(Community)
            .where(
                Community.unit_id == unit_id,
                Community.valid_from <= day,
                or_(Community.valid_to.is_(None), Community.valid_to >= day),
            )
            .order_by(Community.code)
        )
    )


def community(session: Session, community_id: UUID) -> Community | None:
    """The community of that id."""
    return session.get(Community, community_id)
