"""Everything that changes routing rules. Each change is a version that says who made it; nothing is deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.core import clock, ids
from backend.core.auth import Principal
from backend.core.errors import InvalidInput, PreconditionFailed
from backend.places.models import AdminUnit, Community, Department, UnitLevel
from backend.places.scope import unit_in_scope
from moderation import routing
from moderation import settings as unit_settings
from moderation.models import RoutingRule, RoutingRuleVersion
from moderation.rule_queries import MANAGE, own_rules, rule_in_scope, targets, version_of

_STEP = 10  # between two positions


class Draft(TypedDict, total=False):
    """What may be set. Left out means unchanged."""

    name: str
    conditions: Mapping[str, Any]
    department: str | None  # its code; None: the front desk
    active: bool


def create(
    session: Session,
    actor: Principal,
    unit_code: str,
    draft: Draft,
    position: int | None = None,
) -> RoutingRule:
    """Add a rule to a unit's own list: at ``position`` (1 is asked first), or as the last of them.

    Raises:
        NotFound: no such unit, or the actor does not look after its rules.
        InvalidInput: a condition, the department; or the rule would hide those below it.
    """
    unit = _unit(session, actor, unit_code)
    own = own_rules(session, unit.id)
    if len(own) >= routing.MOST_RULES:
        raise InvalidInput({"unit": ["too_many"]}, "rules.too_many", most=routing.MOST_RULES)
    rule = RoutingRule(
        id=ids.new_id(),
        unit_id=unit.id,
        position=(own[-1].position if own else 0) + _STEP,
        name="",
        conditions={},
        active=True,
        version=1,
    )
    _apply(session, unit, rule, draft)
    session.add(rule)
    _keep(session, actor, [rule])
    if position is not None and position <= len(own):
        _arrange(session, actor, [*own[: position - 1], rule, *own[position - 1 :]])
    return rule


def edit(
    session: Session, actor: Principal, rule_id: UUID, expected: int, draft: Draft
) -> RoutingRule:
    """Change what is named; switching off is ``active=False``.

    Raises:
        NotFound, InvalidInput;
        PreconditionFailed: somebody changed it since the version ``expected``.
    """
    rule, unit_code = rule_in_scope(session, actor, rule_id)
    unit = _unit(session, actor, unit_code)
    session.refresh(rule)  # as it is now that nobody else changes the unit's rules
    if rule.version != expected:
        raise PreconditionFailed(current_version=rule.version)
    before = snapshot(rule)
    _apply(session, unit, rule, draft)
    if snapshot(rule) != before:
        _keep(session, actor, [rule])
    return rule


def reorder(
    session: Session, actor: Principal, unit_code: str, expected: int, order: Sequence[UUID]
) -> None:
    """Ask the unit's own rules in this order from now on; ``order`` names every one of them.

    Raises:
        NotFound;
        InvalidInput: it names others or not all of them, or a rule that always holds would hide others;
        PreconditionFailed: the list is not the one of version ``expected`` any more.
    """
    unit = _unit(session, actor, unit_code)
    own = own_rules(session, unit.id)
    current = version_of(own)
    if current != expected:
        raise PreconditionFailed(current_version=current)
    by_id = {rule.id: rule for rule in own}
    if len(order) != len(own) or set(order) != by_id.keys():
        raise InvalidInput({"order": ["not_the_list"]}, "rules.order")
    _arrange(session, actor, [by_id[rule_id] for rule_id in order])


def snapshot(rule: RoutingRule) -> dict[str, Any]:
    """Everything of a rule that a change may touch, as JSON."""
    return {
        "position": rule.position,
        "name": rule.name,
        "conditions": dict(rule.conditions),
        "department_id": str(rule.department_id) if rule.department_id else None,
        "department_code": rule.department_code,
        "active": rule.active,
    }


def checked_conditions(
    session: Session, unit: AdminUnit, conditions: Mapping[str, Any]
) -> dict[str, Any]:
    """The conditions of a rule of ``unit`` as plain JSON, once they can be read and name what is there.

    Raises:
        InvalidInput: under ``conditions.<name>``, one code for each that is wrong.
    """
    plain = {name: _plain(value) for name, value in conditions.items()}
    try:
        routing.check(plain)
    except routing.RuleError as error:
        raise InvalidInput(
            {
                f"conditions.{fault.condition}" if fault.condition else "conditions": [fault.code]
                for fault in error.faults
            }
        ) from error
    wrong = {
        **_unknown_units(session, unit, plain.get("unit_codes", [])),
        **_unknown_communities(session, unit, plain.get("community_ids", [])),
    }
    if wrong:
        raise InvalidInput(wrong)
    return plain


def department_of(
    session: Session, unit: AdminUnit, code: str | None
) -> tuple[UUID | None, str | None]:
    """Id (a commune's own department) or code (in every commune of a province) that a rule keeps.

    Raises:
        InvalidInput: the unit has no such department in use.
    """
    if code is None:
        return None, None
    if unit.level is UnitLevel.PROVINCE:
        if code not in {each.code for each in targets(session, unit)}:
            raise InvalidInput({"department": ["unknown"]})
        return None, code
    found = session.scalar(
        select(Department.id).where(
            Department.unit_id == unit.id, Department.code == code, Department.active
        )
    )
    if found is None:
        raise InvalidInput({"department": ["unknown"]})
    return found, None


def _unit(session: Session, actor: Principal, code: str) -> AdminUnit:
    """The unit; until this transaction is over nobody else changes its rules."""
    unit = unit_in_scope(session, actor, MANAGE, code)
    session.execute(
        select(AdminUnit.id).where(AdminUnit.id == unit.id).with_for_update(key_share=True)
    )
    return unit


def _apply(session: Session, unit: AdminUnit, rule: RoutingRule, draft: Draft) -> None:
    if "name" in draft:
        rule.name = draft["name"]
    if "conditions" in draft:
        rule.conditions = checked_conditions(session, unit, draft["conditions"])
    if "department" in draft:
        rule.department_id, rule.department_code = department_of(session, unit, draft["department"])
    rule.active = draft.get("active", rule.active)
    if rule.active and not rule.conditions:
        # Only the country's last rule takes whatever is left: below any other nothing would be asked.
        raise InvalidInput({"conditions": ["always_holds"]}, "rules.always_holds")


def _arrange(session: Session, actor: Principal, order: Sequence[RoutingRule]) -> None:
    if any(rule.active and not rule.conditions for rule in order[:-1]):
        raise InvalidInput({"order": ["always_holds"]}, "rules.always_holds")
    moved = []
    for place, rule in enumerate(order, start=1):
        if rule.position != place * _STEP:
            rule.position = place * _STEP
            moved.append(rule)
    _keep(session, actor, moved)


def _keep(session: Session, actor: Principal, rules: Sequence[RoutingRule]) -> None:
    """Store the rules and each one's new version, and tell every process."""
    for rule in rules:
        rule.changed_by, rule.updated_at = actor.id, clock.now()
    session.flush()
    session.add_all(
        RoutingRuleVersion(
            rule_id=rule.id,
            version=rule.version,
            snapshot=snapshot(rule),
            changed_by=actor.id,
            changed_at=rule.updated_at,
        )
        for rule in rules
    )
    session.flush()
    unit_settings.changed(session)


def _unknown_units(session: Session, unit: AdminUnit, codes: Sequence[str]) -> dict[str, list[str]]:
    if not codes:
        return {}
    if unit.level is UnitLevel.COMMUNE:
        return {"conditions.unit_codes": ["not_here"]}
    found = set(
        session.scalars(
            select(AdminUnit.code).where(
                AdminUnit.parent_id == unit.id,
                AdminUnit.code.in_(codes),
                AdminUnit.valid_to.is_(None),
            )
        )
    )
    return {} if found == set(codes) else {"conditions.unit_codes": ["unknown"]}


def _unknown_communities(
    session: Session, unit: AdminUnit, given: Sequence[str]
) -> dict[str, list[str]]:
    if not given:
        return {}
    wanted = {UUID(each) for each in given}
    near = select(AdminUnit.id).where((AdminUnit.id == unit.id) | (AdminUnit.parent_id == unit.id))
    found = set(
        session.scalars(
            select(Community.id).where(Community.id.in_(wanted), Community.unit_id.in_(near))
        )
    )
    return {} if found == wanted else {"conditions.community_ids": ["unknown"]}


def _plain(value: Any) -> Any:
    """Ids and members of enums as text, in any depth that conditions have."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, UUID | str) else value
