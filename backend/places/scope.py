"""Which units a principal may touch, as part of the query: what is outside is simply not found.

A grant on a unit covers what the unit was made from: somebody must answer for what a merged commune published.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from backend.core.api.paging import Page, merged_page, page
from backend.core.auth import ROLE_PERMISSIONS, Grant, Permission, Principal
from backend.core.errors import NotFound
from backend.places.lineage import came_from
from backend.places.models import AdminUnit
from backend.places.queries import lineages, standing, unit_by_code


@dataclass(frozen=True, slots=True)
class Scope:
    """Where somebody holds a permission: all communes of some provinces, and single units, provinces among them."""

    provinces: tuple[UUID, ...] = ()
    units: tuple[UUID, ...] = ()
    everything: bool = False

    def covers(self, unit: AdminUnit) -> bool:
        """True when ``unit`` lies within."""
        return self.everything or unit.id in self.units or unit.parent_id in self.provinces


def scope_of(principal: Principal, permission: Permission) -> Scope:
    """Where ``principal`` holds ``permission`` over a unit as a whole; a grant on a province covers its communes.

    A grant narrowed to a community or a department is none over the unit: what belongs to everybody in it (articles,
    broadcasts, devices, accounts) is not its holder's. Cases know communities and departments, and look themselves.
    """
    if principal.kind == "system":
        return Scope(everything=True)
    grants = [grant for grant in principal.grants_for(permission) if _whole(grant)]
    provinces = {grant.unit_id for grant in grants if grant.unit_level == "province"}
    return Scope(
        provinces=tuple(sorted(provinces)),
        units=tuple(sorted({grant.unit_id for grant in grants})),
    )


def units_in_scope(principal: Principal, permission: Permission) -> Select[UUID]:
    """A SELECT of the ids of units on which ``principal`` holds ``permission``, past and present.

    Use it inside a statement::

        select(Device).where(Device.unit_id.in_(units_in_scope(actor, Permission.DEVICES_MANAGE)))
    """
    scope = scope_of(principal, permission)
    if scope.everything:
        return select(AdminUnit.id)
    if not scope.units:
        return select(AdminUnit.id).where(false())
    own = AdminUnit.id.in_(came_from(scope.units))
    if not scope.provinces:
        return select(AdminUnit.id).where(own)
    theirs = AdminUnit.parent_id.in_(came_from(scope.provinces))
    return select(AdminUnit.id).where(or_(own, theirs))


def unit_in_scope(
    session: Session, principal: Principal, permission: Permission, code: str
) -> AdminUnit:
    """The unit that carries ``code`` today, if ``principal`` holds ``permission`` on it.

    Raises:
        NotFound: there is none.
    """
    found = session.scalar(
        select(AdminUnit).where(
            AdminUnit.code == code,
            standing(),
            AdminUnit.id.in_(units_in_scope(principal, permission)),
        )
    )
    if found is None:
        raise NotFound("places.unit_not_found")
    return found


def permissions_in(unit: AdminUnit, principal: Principal) -> frozenset[Permission]:
    """What ``principal`` may do in ``unit`` as a whole: grants on the unit itself and on its province count."""
    return _permissions(principal, {unit.id, unit.parent_id})


def permissions_over(
    session: Session, unit: AdminUnit, principal: Principal
) -> frozenset[Permission]:
    """The same for a unit that may have ended: grants on what it became count too (one statement then, else none)."""
    if unit.valid_to is None or not principal.grants:
        return permissions_in(unit, principal)
    here = {unit.id, unit.parent_id}
    lines = lineages(session, {grant.unit_id for grant in principal.grants})
    heirs = {unit_id for unit_id, line in lines.items() if not here.isdisjoint(line)}
    return _permissions(principal, here | heirs)


def page_in_scope(  # noqa: PLR0913 - whose, of what, which part
    session: Session,
    scope: Scope,
    kind: type[Any],
    conditions: Sequence[ColumnElement[bool]],
    *,
    moment: InstrumentedAttribute[Any],
    unit: str | None,
    cursor: str | None,
    limit: int,
    options: Sequence[Any] = (),
) -> Page:
    """One page of rows of ``kind`` within ``scope``, latest ``moment`` first: two to four statements, however many there are.

    Args:
        kind: an entity with ``id``, ``unit_id`` and ``province_id`` (in which the unit lies; none when it is one).
        unit: code of the one unit asked for, with what it was made from; one outside of the scope has nothing.
        options: how the entities are loaded.

    Raises:
        InvalidInput: the cursor was not made by this list.
    """
    branches = _branches(session, scope, kind, unit)
    if not branches:
        return Page([], None)
    if len(branches) == 1:
        rows = select(kind).where(*branches, *conditions).options(*options)
        return page(session, rows, keys=(moment.desc(), kind.id.desc()), cursor=cursor, limit=limit)
    parts: list[Select[Any, Any]] = [
        select(moment, kind.id).where(within, *conditions) for within in branches
    ]
    found = merged_page(session, parts, cursor=cursor, limit=limit)
    order = [row.id for row in found.items]
    loaded = session.scalars(select(kind).where(kind.id.in_(order)).options(*options))
    by_id = {row.id: row for row in loaded}
    return Page([by_id[row_id] for row_id in order], found.next_cursor)


def _branches(
    session: Session, scope: Scope, kind: type[Any], unit: str | None
) -> list[ColumnElement[bool]]:
    if unit is not None:
        named = unit_by_code(session, unit)
        if named is None or not scope.covers(named):
            return []
        return [kind.unit_id == unit_id for unit_id in lineages(session, [named.id])[named.id]]
    if scope.everything:
        return [true()]
    lines = lineages(session, scope.units)
    provinces = sorted({each for unit_id in scope.provinces for each in lines[unit_id]})
    units = sorted({each for line in lines.values() for each in line})
    if not provinces:
        return [kind.unit_id == unit_id for unit_id in units]
    # Nobody finds a row twice because they hold a grant on the unit and on its province.
    beside = or_(kind.province_id.is_(None), kind.province_id.not_in(provinces))
    return [
        *(kind.province_id == province_id for province_id in provinces),
        *((kind.unit_id == unit_id) & beside for unit_id in units),
    ]


def _permissions(principal: Principal, units: AbstractSet[UUID | None]) -> frozenset[Permission]:
    return frozenset(
        permission
        for grant in principal.grants
        if grant.unit_id in units and _whole(grant)
        for permission in ROLE_PERMISSIONS[grant.role]
    )


def _whole(grant: Grant) -> bool:
    return grant.community_id is None and grant.department_id is None
