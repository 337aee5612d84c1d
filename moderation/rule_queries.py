"""Reads of the routing table: what stands in it, who may change what, how it was before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from backend.accounts.models import Staff
from backend.core import clock
from backend.core.auth import Permission, Principal
from backend.core.errors import NotFound
from backend.places.models import AdminUnit, Department, UnitLevel
from backend.places.scope import unit_in_scope, units_in_scope
from moderation import queries, routing
from moderation.access import scope_of
from moderation.models import Case, RoutingRule, RoutingRuleVersion

MANAGE = Permission.RULES_MANAGE
COUNTED_FOR = timedelta(days=30)
MOST_COUNTED = 2_000
MOST_VERSIONS = 100


@dataclass(frozen=True, slots=True)
class Target:
    """A department by the code that rules name it with."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the table and what is shown of others."""

    rule: RoutingRule
    owner: str  # unit, province, country
    unit: str | None
    department: Target | None
    skipped: bool
    hides_rest: bool
    fault: routing.Fault | None
    changed_by: str | None
    decided: int


@dataclass(frozen=True, slots=True)
class Table:
    """The rules of a unit in the order of asking."""

    version: int
    items: list[Listed]
    departments: list[Target]
    complete: bool
    decided_of: int


@dataclass(frozen=True, slots=True)
class Past:
    """A version of a rule."""

    row: RoutingRuleVersion
    department: Target | None
    changed_by: str | None


def version_of(own: Iterable[RoutingRule]) -> int:
    """The version of a list: rules are never deleted and versions only grow, so the sum grows with every change."""
    return sum(rule.version for rule in own)


def table(session: Session, actor: Principal, unit_code: str) -> Table:
    """The rules of a unit, its province and the country: six statements, however many there are.

    Raises:
        NotFound: no such unit, or the actor does not look after its rules.
    """
    unit = unit_in_scope(session, actor, MANAGE, unit_code)
    rows = queries.routing_rules(session, [unit.id])
    departments = targets(session, unit)
    codes = {each.code: each for each in departments}
    named = {rule.department_id for rule, _unit, _department in rows if rule.department_id}
    by_id = _departments(session, named)
    people = _people(session, {rule.changed_by for rule, _unit, _department in rows})
    decided = _decided(session, actor, unit)
    last = max((place for place, (rule, *_names) in enumerate(rows) if rule.active), default=-1)

    def listed(place: int, rule: RoutingRule, owner_name: str | None) -> Listed:
        own = rule.unit_id == unit.id
        known = by_id.get(rule.department_id) if rule.department_id else None
        if known is not None:
            target: Target | None = Target(known.code, known.name)
        elif rule.department_code is not None:
            target = codes.get(rule.department_code) or Target(
                rule.department_code, rule.department_code
            )
        else:
            target = None
        absent = target is not None and (
            target.code not in codes if known is None else not known.active
        )
        read = routing.Rule(
            id=rule.id,
            name=rule.name,
            version=rule.version,
            conditions=rule.conditions,
            department_id=None,
            lost=own and absent,
        )
        return Listed(
            rule=rule,
            owner="unit" if own else "country" if rule.unit_id is None else "province",
            unit=owner_name,
            department=target,
            skipped=absent and not own,
            hides_rest=rule.active and rule.conditions == {} and place != last,
            fault=read.fault,
            changed_by=people.get(rule.changed_by) if rule.changed_by else None,
            decided=decided[str(rule.id)],
        )

    return Table(
        version=version_of(rule for rule, *_names in rows if rule.unit_id == unit.id),
        items=[listed(place, rule, name) for place, (rule, name, _) in enumerate(rows)],
        departments=departments,
        complete=last >= 0 and rows[last][0].unit_id is None and rows[last][0].conditions == {},
        decided_of=decided.total(),
    )


def rule_in_scope(session: Session, actor: Principal, rule_id: UUID) -> tuple[RoutingRule, str]:
    """A rule that the actor may change, and the code of its unit.

    Raises:
        NotFound: there is none; rules of the whole country are nobody's to change here.
    """
    found = session.execute(
        select(RoutingRule, AdminUnit.code)
        .join(AdminUnit, AdminUnit.id == RoutingRule.unit_id)
        .where(RoutingRule.id == rule_id, RoutingRule.unit_id.in_(units_in_scope(actor, MANAGE)))
    ).first()
    if found is None:
        raise NotFound("rules.not_found")
    return found[0], found[1]


def versions(session: Session, actor: Principal, rule_id: UUID) -> list[Past]:
    """How a rule was, newest first; rules of the province and of the country are there to be read.

    Raises:
        NotFound: none that holds for a unit of the actor.
    """
    mine = units_in_scope(actor, MANAGE)
    above = select(AdminUnit.parent_id).where(AdminUnit.id.in_(mine))
    readable = or_(
        RoutingRule.unit_id.in_(mine),
        RoutingRule.unit_id.in_(above),
        RoutingRule.unit_id.is_(None),
    )
    if session.scalar(select(RoutingRule.id).where(RoutingRule.id == rule_id, readable)) is None:
        raise NotFound("rules.not_found")
    rows = session.scalars(
        select(RoutingRuleVersion)
        .where(RoutingRuleVersion.rule_id == rule_id)
        .order_by(RoutingRuleVersion.version.desc())
        .limit(MOST_VERSIONS)
    ).all()
    by_id = _departments(
        session, {UUID(each) for row in rows if (each := row.snapshot.get("department_id"))}
    )
    people = _people(session, {row.changed_by for row in rows})

    def target(row: RoutingRuleVersion) -> Target | None:
        if named := row.snapshot.get("department_id"):
            known = by_id.get(UUID(named))
            return Target(known.code, known.name) if known else None
        code = row.snapshot.get("department_code")
        return Target(code, code) if code else None

    return [
        Past(row, target(row), people.get(row.changed_by) if row.changed_by else None)
        for row in rows
    ]


def own_rules(session: Session, unit_id: UUID) -> list[RoutingRule]:
    """The rules of a unit itself, in the order of asking, those switched off too."""
    return list(
        session.scalars(
            select(RoutingRule)
            .where(RoutingRule.unit_id == unit_id)
            .order_by(RoutingRule.position, RoutingRule.id)
        )
    )


def targets(session: Session, unit: AdminUnit) -> list[Target]:
    """Departments that a rule of the unit may name: its own; of a province those that its communes have."""
    if unit.level is UnitLevel.COMMUNE:
        within = Department.unit_id == unit.id
    else:
        within = Department.unit_id.in_(
            select(AdminUnit.id).where(AdminUnit.parent_id == unit.id, AdminUnit.valid_to.is_(None))
        )
    rows = session.execute(
        select(Department.code, func.min(Department.name))
        .where(within, Department.active)
        .group_by(Department.code)
        .order_by(func.min(Department.name), Department.code)
    )
    return [Target(code, name) for code, name in rows]


def _decided(session: Session, actor: Principal, unit: AdminUnit) -> Counter[str | None]:
    """How many of the unit's newest cases each rule decided, of those that the actor may read."""
    of_unit = (
        Case.unit_id == unit.id if unit.level is UnitLevel.COMMUNE else Case.province_id == unit.id
    )
    newest = (
        select(Case.routing["rule_id"].as_string().label("rule_id"))
        .where(
            of_unit,
            Case.created_at >= clock.now() - COUNTED_FOR,
            scope_of(session, actor).condition(checked=True),
        )
        .order_by(Case.created_at.desc(), Case.id.desc())
        .limit(MOST_COUNTED)
        .subquery()
    )
    rows = session.execute(select(newest.c.rule_id, func.count()).group_by(newest.c.rule_id))
    return Counter(dict(iter(rows)))


def _departments(session: Session, ids: Iterable[UUID]) -> dict[UUID, Department]:
    wanted = sorted(ids)
    if not wanted:
        return {}
    rows = session.scalars(select(Department).where(Department.id.in_(wanted)))
    return {each.id: each for each in rows}


def _people(session: Session, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    wanted = sorted(each for each in ids if each is not None)
    if not wanted:
        return {}
    rows = session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(wanted)))
    return dict(iter(rows))
