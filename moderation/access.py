"""Who sees and does what with a case: the grants of a person, turned into conditions and capacities.

A commune's grant covers that commune, a province's its communes. What may be a complaint or a denunciation is for
intake and leaders: a handler could be the person it is about.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, true

from backend.core.auth import ROLE_PERMISSIONS, Grant, Permission, Principal, Role
from moderation.models import Case
from moderation.workflow import Actor, Who

_CAPACITIES = {
    Permission.CASES_TRIAGE: Who.TRIAGE,
    Permission.CASES_HANDLE: Who.HANDLER,
    Permission.CASES_APPROVE: Who.LEADER,
    Permission.CASES_PUBLISH: Who.PUBLISHER,
}
# Whoever may do one of these on a unit, or supervises a province, also sees what is restricted there.
_WHOLE = frozenset({Permission.CASES_TRIAGE, Permission.CASES_APPROVE})


@dataclass(frozen=True, slots=True)
class Scope:
    """Where somebody may read cases: whole provinces and communes, and those without their restricted cases."""

    provinces: frozenset[UUID] = frozenset()
    units: frozenset[UUID] = frozenset()
    plain_provinces: frozenset[UUID] = frozenset()
    plain_units: frozenset[UUID] = frozenset()
    everything: bool = False

    @property
    def province_ids(self) -> frozenset[UUID]:
        """The provinces, with or without restricted cases."""
        return self.provinces | self.plain_provinces

    @property
    def unit_ids(self) -> frozenset[UUID]:
        """The communes, when no province is among them."""
        return self.units | self.plain_units

    def condition(self, cases: Any = Case, *, checked: bool = False) -> ColumnElement[bool]:
        """The cases within; simple equalities where possible, so that an index gives the order too.

        Args:
            cases: what has the columns of ``Case``.
            checked: the rows are known already (by id): the scope is only to be checked, not to be looked up.
        """
        if self.everything:
            return true()
        parts: list[ColumnElement[bool]] = []
        if self.provinces:
            parts.append(_one_or_in(cases.province_id, self.provinces, checked=checked))
        if self.units:
            parts.append(_one_or_in(cases.unit_id, self.units, checked=checked))
        for name, plain_ids in (
            ("province_id", self.plain_provinces),
            ("unit_id", self.plain_units),
        ):
            if plain_ids:
                plain = _one_or_in(getattr(cases, name), plain_ids, checked=checked)
                parts.append(and_(plain, cases.restricted.is_(False)))
        if not parts:
            return false()
        return parts[0] if len(parts) == 1 else or_(*parts)


def scope_of(principal: Principal, permission: Permission = Permission.CASES_READ) -> Scope:
    """Where ``principal`` holds ``permission``, and with which sight."""
    if principal.kind == "system":
        return Scope(everything=True)
    grants = principal.grants_for(permission)
    provinces = frozenset(grant.unit_id for grant in grants if grant.unit_level == "province")
    units = frozenset(grant.unit_id for grant in grants) - provinces
    whole = frozenset(each for each in provinces | units if _sees_restricted(principal, each))
    return Scope(provinces & whole, units & whole, provinces - whole, units - whole)


def may_read(principal: Principal, case: Case) -> bool:
    """True when the case lies within the reader's scope."""
    scope = scope_of(principal)
    if scope.everything or case.province_id in scope.provinces or case.unit_id in scope.units:
        return True
    plain = case.province_id in scope.plain_provinces or case.unit_id in scope.plain_units
    return plain and not case.restricted


def actor_on(principal: Principal, case: Case) -> Actor:
    """In which capacities ``principal`` acts on ``case``."""
    roles = frozenset(
        who for permission, who in _CAPACITIES.items() if _here(principal, permission, case)
    )
    handling = _here(principal, Permission.CASES_HANDLE, case)
    whole = any(grant.department_id is None for grant in handling)
    departments = frozenset(
        grant.department_id for grant in handling if grant.department_id is not None
    )
    return Actor(principal.id, roles, None if whole or not handling else departments)


def holds(principal: Principal, permission: Permission, case: Case) -> bool:
    """True when ``principal`` holds ``permission`` on the unit of ``case``."""
    return principal.kind == "system" or bool(_here(principal, permission, case))


def _here(principal: Principal, permission: Permission, case: Case) -> list[Grant]:
    return [
        grant
        for grant in principal.grants_for(permission)
        if grant.unit_id in {case.unit_id, case.province_id}
    ]


def _sees_restricted(principal: Principal, unit_id: UUID) -> bool:
    return any(
        grant.role is Role.PROVINCE_SUPERVISOR
        or not _WHOLE.isdisjoint(ROLE_PERMISSIONS[grant.role])
        for grant in principal.grants
        if grant.unit_id == unit_id
    )


def _one_or_in(column: Any, ids: frozenset[UUID], *, checked: bool) -> ColumnElement[bool]:
    ordered = sorted(ids)
    # Inside a function no index applies: SQLite, which keeps no statistics, would prefer it to the ids.
    compared: ColumnElement[UUID] = func.coalesce(column, column) if checked else column
    return compared == ordered[0] if len(ordered) == 1 else compared.in_(ordered)
