"""Who sees and does what with a case: the grants of a person, turned into conditions and capacities.

A commune's grant covers that commune, a province's its communes, and either what it was made from: after a reform
somebody must answer for the cases of those that ended. What may be a complaint or a denunciation is for
intake and leaders: a handler could be the person it is about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import Session

from backend.core.auth import ROLE_PERMISSIONS, Grant, Permission, Principal, Role
from backend.places.models import AdminUnit
from backend.places.queries import lineages
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


def scope_of(
    session: Session, principal: Principal, permission: Permission = Permission.CASES_READ
) -> Scope:
    """Where ``principal`` holds ``permission``, and with which sight; two statements, however many cases there are."""
    if principal.kind == "system":
        return Scope(everything=True)
    grants = principal.grants_for(permission)
    lines = _lines(session, grants)

    def within(*, provinces: bool, whole: bool) -> frozenset[UUID]:
        return frozenset(
            unit_id
            for grant in grants
            if (grant.unit_level == "province") is provinces
            and _sees_restricted(principal, grant.unit_id) is whole
            for unit_id in lines[grant.unit_id]
        )

    provinces, units = (within(provinces=each, whole=True) for each in (True, False))
    return Scope(
        provinces,
        units,
        within(provinces=True, whole=False) - provinces,
        within(provinces=False, whole=False) - units,
    )


def may_read(session: Session, principal: Principal, case: Case) -> bool:
    """True when the case lies within the reader's scope."""
    if principal.kind == "system":
        return True
    here = _here(session, principal.grants_for(Permission.CASES_READ), case)
    if case.restricted:
        return any(_sees_restricted(principal, grant.unit_id) for grant in here)
    return bool(here)


def actor_on(session: Session, principal: Principal, case: Case) -> Actor:
    """In which capacities ``principal`` acts on ``case``."""
    here = _here(session, principal.grants, case)

    def holding(permission: Permission) -> list[Grant]:
        return [grant for grant in here if permission in ROLE_PERMISSIONS[grant.role]]

    roles = frozenset(who for permission, who in _CAPACITIES.items() if holding(permission))
    handling = holding(Permission.CASES_HANDLE)
    whole = any(grant.department_id is None for grant in handling)
    departments = frozenset(
        grant.department_id for grant in handling if grant.department_id is not None
    )
    return Actor(principal.id, roles, None if whole or not handling else departments)


def holds(session: Session, principal: Principal, permission: Permission, case: Case) -> bool:
    """True when ``principal`` holds ``permission`` on the unit of ``case``."""
    return principal.kind == "system" or bool(
        _here(session, principal.grants_for(permission), case)
    )


def _here(session: Session, grants: Sequence[Grant], case: Case) -> list[Grant]:
    """Those of the grants that cover the case; asks only when one of them is on another unit."""
    unit_ids = {case.unit_id, case.province_id}
    if all(grant.unit_id in unit_ids for grant in grants):
        return list(grants)
    lines = lineages(session, {grant.unit_id for grant in grants})
    return [grant for grant in grants if not unit_ids.isdisjoint(lines[grant.unit_id])]


def _lines(session: Session, grants: Sequence[Grant]) -> dict[UUID, set[UUID]]:
    """For the unit of each grant itself and whatever it was made from, as far as there are cases.

    Nearly every unit was made from others, which ended before anybody wrote here: left out, they do not turn the
    one equality that an index answers in order into a list.
    """
    if not grants:
        return {}
    lines = lineages(session, {grant.unit_id for grant in grants})
    older = {each for line in lines.values() for each in line} - lines.keys()
    known = set(lines)
    if older:
        used = or_(
            exists().where(Case.unit_id == AdminUnit.id),
            exists().where(Case.province_id == AdminUnit.id),
        )
        known.update(session.scalars(select(AdminUnit.id).where(AdminUnit.id.in_(older), used)))
    return {unit_id: known.intersection(line) for unit_id, line in lines.items()}


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
