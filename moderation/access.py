"""Who sees and does what with a case: the grants of a person, turned into conditions and capacities.

A commune's grant covers that commune, a province's its communes, and either what it was made from: after a reform
somebody must answer for the cases of those that ended. What may be a complaint or a denunciation is for
intake and leaders: a handler could be the person it is about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    and_,
    bindparam,
    false,
    func,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session

from backend.core import clock
from backend.core.auth import ROLE_PERMISSIONS, Grant, Permission, Principal, Role
from backend.core.errors import InvalidInput
from backend.places.lineage import lines
from backend.places.models import AdminUnit, UnitLevel
from backend.places.queries import lineages, standing
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


class Part(NamedTuple):
    """Cases of one province or of one unit (``key``): one equality, for which an index gives them in order."""

    key: str  # province_id, unit_id
    within: ColumnElement[bool]


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

    def parts(self) -> list[Part]:
        """The cases within, no case in two parts."""
        if self.everything:
            return [Part("province_id", true())]
        plain = Case.restricted.is_(False)
        provinces = [
            *(Case.province_id == each for each in sorted(self.provinces)),
            *(and_(Case.province_id == each, plain) for each in sorted(self.plain_provinces)),
        ]
        beside = not_(or_(*provinces)) if provinces else true()
        units = [
            *(Case.unit_id == each for each in sorted(self.units)),
            *(and_(Case.unit_id == each, plain) for each in sorted(self.plain_units)),
        ]
        return [
            *(Part("province_id", each) for each in provinces),
            *(Part("unit_id", and_(each, beside)) for each in units),
        ]

    def condition(self, cases: Any = Case, *, checked: bool = False) -> ColumnElement[bool]:
        """The cases within.

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
    session: Session,
    principal: Principal,
    permission: Permission = Permission.CASES_READ,
    *,
    commune: str | None = None,
) -> Scope:
    """Where ``principal`` holds ``permission``, and with which sight; one statement, however many cases there are.

    Args:
        commune: code of the one that is asked for, with what it was made from; one that is not theirs has no cases.

    Raises:
        InvalidInput: no commune carries that code today.
    """
    system = principal.kind == "system"
    grants = () if system else principal.grants_for(permission)
    lines, asked_for = _lines(session, grants, commune)

    def within(*, provinces: bool, whole: bool) -> frozenset[UUID]:
        return frozenset(
            unit_id
            for grant in grants
            if (grant.unit_level == "province") is provinces
            and _sees_restricted(principal, grant.unit_id) is whole
            for unit_id in lines[grant.unit_id]
        )

    provinces, units = (within(provinces=each, whole=True) for each in (True, False))
    scope = Scope(
        provinces,
        units,
        within(provinces=True, whole=False) - provinces,
        within(provinces=False, whole=False) - units,
        everything=system,
    )
    if commune is None:
        return scope
    if not asked_for:
        raise InvalidInput({"commune": ["unknown"]})
    whole = {
        unit_id
        for unit_id, province_id in asked_for.items()
        if system or unit_id in units or province_id in provinces
    }
    plain = {
        unit_id
        for unit_id, province_id in asked_for.items()
        if unit_id in scope.plain_units or province_id in scope.plain_provinces
    }
    return Scope(units=frozenset(whole), plain_units=frozenset(plain - whole))


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


def _has_cases(column: Any, unit_id: Any) -> ColumnElement[bool]:
    """True for a unit with cases. Asked for in the order of an index: to find none, nothing else is quick.

    Where nearly all cases are of one province, both databases would rather read them all than look one up.
    """
    first = select(Case.id).where(column == unit_id).order_by(column, Case.created_at, Case.id)
    return first.limit(1).scalar_subquery().is_not(None)


def _lines_of(*asked_for: ColumnElement[bool]) -> Select[UUID, UUID, UUID | None, bool]:
    """Of ``wanted`` units, and of those ``asked_for``, the lines; built once, for this is asked with every request."""
    named = or_(false(), *asked_for)
    units = select(AdminUnit.id).where(
        or_(AdminUnit.id.in_(bindparam("wanted", expanding=True)), named)
    )
    line = lines(units, bindparam("today", type_=Date()))
    itself = line.c.root == line.c.unit_id
    return (
        select(line.c.root, line.c.unit_id, AdminUnit.parent_id, and_(itself, named))
        .join(AdminUnit, AdminUnit.id == line.c.unit_id)
        .where(
            or_(
                itself,
                _has_cases(Case.unit_id, line.c.unit_id),
                _has_cases(Case.province_id, line.c.unit_id),
            )
        )
    )


_LINES = _lines_of()
_LINES_AND_COMMUNE = _lines_of(
    and_(
        AdminUnit.level == UnitLevel.COMMUNE,
        AdminUnit.code == bindparam("commune"),
        standing(bindparam("today", type_=Date())),
    )
)


def _lines(
    session: Session, grants: Sequence[Grant], commune: str | None
) -> tuple[dict[UUID, set[UUID]], dict[UUID, UUID | None]]:
    """The unit of each grant, and the commune of that code, with whatever it was made from that has cases.

    Nearly every unit was made from others, which ended before anybody wrote here: left out, they do not turn the
    one equality that an index answers in order into several.

    Returns:
        The line of each grant's unit; the line of the commune, each unit with its province, empty when there is none.
    """
    wanted = {grant.unit_id for grant in grants}
    if not wanted and commune is None:
        return {}, {}
    values: dict[str, Any] = {"wanted": list(wanted), "today": clock.today_local()}
    statement = _LINES
    if commune is not None:
        statement, values["commune"] = _LINES_AND_COMMUNE, commune
    found: dict[UUID, set[UUID]] = {}
    provinces: dict[UUID, UUID | None] = {}
    named = None
    for root, unit_id, province_id, is_named in session.execute(statement, values):
        found.setdefault(root, set()).add(unit_id)
        provinces[unit_id] = province_id
        if is_named:
            named = root
    return found, {unit_id: provinces[unit_id] for unit_id in found[named]} if named else {}


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
