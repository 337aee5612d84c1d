"""What a unit's cases follow: routing rules, deadlines, working time. Read once, kept until somebody changes it.

A change advances a generation (``moderation`` here, ``places`` for departments and calendars) in its own
transaction; each use asks for the generations and reads again only when they moved. One statement instead of four.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import false, or_, select
from sqlalchemy.orm import Session, aliased

from backend.core.db import Generation, bump, engine
from backend.places import queries as places
from backend.places.calendar import WorkCalendar
from backend.places.models import AdminUnit, Department
from moderation import deadlines, routing
from moderation.clock import Meter, full_day_minutes
from moderation.models import (
    DeadlinePolicy,
    FeedbackCategory,
    RoutingRule,
    RoutingRuleVersion,
    Urgency,
)

AREA = "moderation"
_AREAS = (AREA, "places")
_KEPT_UNITS = 500


@dataclass(frozen=True)
class Settings:
    """Everything that decides where a case of ``unit_id`` goes and when it is due."""

    unit_id: UUID
    unit_code: str
    province_id: UUID
    front_desk_id: UUID | None
    rules: tuple[routing.Rule, ...]
    policies: tuple[deadlines.Policy, ...]
    calendar: WorkCalendar

    def allowance(
        self, category: FeedbackCategory, urgency: Urgency, *, is_complex: bool
    ) -> deadlines.Allowance:
        """The deadlines of such a case here."""
        return deadlines.choose(
            self.policies,
            category,
            urgency,
            is_complex=is_complex,
            full_day=full_day_minutes(self.calendar),
        )


# Built once: asked at every submission and every move.
_GENERATION: Any = Generation.__table__
_GENERATIONS = (
    select(_GENERATION.c.area, _GENERATION.c.value)
    .where(or_(*(_GENERATION.c.area == area for area in _AREAS)))
    .order_by(_GENERATION.c.area)
)
_Seen = tuple[int, tuple[tuple[str, int], ...]]
_kept: OrderedDict[UUID, tuple[_Seen, Settings]] = OrderedDict()
_lock = threading.Lock()

# The same as columns of another statement: whoever reads cases knows at once whether its calendars are still true.
GENERATIONS = tuple(
    select(_GENERATION.c.value).where(_GENERATION.c.area == area).scalar_subquery()
    for area in _AREAS
)
Generations = tuple[int | None, ...]
_meters: OrderedDict[UUID, tuple[tuple[int, Generations], Meter]] = OrderedDict()


def settings_of(session: Session, unit_id: UUID) -> Settings:
    """The settings of a unit, as they are in this transaction.

    Raises:
        LookupError: there is no such unit.
    """
    return settings_of_all(session, (unit_id,))[unit_id]


def settings_of_all(session: Session, unit_ids: Iterable[UUID]) -> dict[UUID, Settings]:
    """The same of several units: the generations are asked for once.

    Raises:
        LookupError: one of them does not exist.
    """
    rows = session.execute(_GENERATIONS).all()
    seen: _Seen = (id(engine()), tuple((area, value) for area, value in rows))
    return {unit_id: _known(session, unit_id, seen) for unit_id in unit_ids}


def _known(session: Session, unit_id: UUID, seen: _Seen) -> Settings:
    with _lock:
        known = _kept.get(unit_id)
    if known is not None and known[0] == seen:
        return known[1]
    fresh = _read(session, unit_id)
    with _lock:
        _kept[unit_id] = (seen, fresh)
        _kept.move_to_end(unit_id)
        while len(_kept) > _KEPT_UNITS:
            _kept.popitem(last=False)
    return fresh


def meters_of(
    session: Session, provinces: Mapping[UUID, UUID], generations: Generations
) -> dict[UUID, Meter]:
    """The working time of units, each named with its province, ready to count with.

    Nothing is asked while the ``generations``, read in the caller's own statement, stay; else two statements.
    """
    seen = (id(engine()), generations)
    with _lock:
        kept = {unit_id: _meters.get(unit_id) for unit_id in provinces}
    known = {unit_id: held[1] for unit_id, held in kept.items() if held and held[0] == seen}
    missing = {unit_id: provinces[unit_id] for unit_id in provinces.keys() - known.keys()}
    if not missing:
        return known
    fresh = {
        unit_id: Meter(calendar)
        for unit_id, calendar in places.calendars_for(session, missing).items()
    }
    with _lock:
        for unit_id, meter in fresh.items():
            _meters[unit_id] = (seen, meter)
            _meters.move_to_end(unit_id)
        while len(_meters) > _KEPT_UNITS:
            _meters.popitem(last=False)
    return {**known, **fresh}


def changed(session: Session) -> None:
    """Say that rules, policies or calendars change with this transaction."""
    bump(session, AREA)


def _lists(session: Session, unit_id: UUID) -> list[list[Any]]:
    """The unit, its departments in use, the rules and policies that hold for it, versions that failed, in one statement.

    Full joins that never meet put five short lists below each other: the first submission after a change, or in a
    fresh process, costs little more than any other.
    """
    province_id = select(AdminUnit.parent_id).where(AdminUnit.id == unit_id).scalar_subquery()

    def holding(kind: Any) -> Any:
        here = or_(kind.unit_id == unit_id, kind.unit_id == province_id, kind.unit_id.is_(None))
        return select(kind).where(here, kind.active)

    unit, *others = (
        aliased(kind, rows.subquery())
        for kind, rows in (
            (AdminUnit, select(AdminUnit).where(AdminUnit.id == unit_id)),
            (
                Department,
                select(Department).where(Department.unit_id == unit_id, Department.active),
            ),
            (RoutingRule, holding(RoutingRule)),
            (DeadlinePolicy, holding(DeadlinePolicy)),
            (
                RoutingRuleVersion,
                select(RoutingRuleVersion)
                .join(
                    RoutingRule,
                    (RoutingRuleVersion.rule_id == RoutingRule.id)
                    & (RoutingRuleVersion.version == RoutingRule.version),
                )
                .where(
                    RoutingRule.id.in_(holding(RoutingRule).with_only_columns(RoutingRule.id)),
                    RoutingRuleVersion.failed_at.is_not(None),
                ),
            ),
        )
    )
    statement = select(unit, *others).select_from(unit)
    for other in others:
        statement = statement.join(other, false(), full=True)
    columns = zip(*session.execute(statement).all(), strict=True)
    return [[row for row in column if row is not None] for column in columns]


def _read(session: Session, unit_id: UUID) -> Settings:
    units, departments, rules, policies, failures = _lists(session, unit_id) or ((),) * 5
    if not units:
        raise LookupError(f"no unit {unit_id}")
    province_id = units[0].parent_id or unit_id
    by_code = {each.code: each.id for each in departments}
    in_use = set(by_code.values())
    front_desk = next(
        (each.id for each in sorted(departments, key=lambda one: one.name) if each.is_front_desk),
        None,
    )

    failed = {each.rule_id for each in failures}

    def locality(owner: UUID | None) -> int:
        return 0 if owner is None else 2 if owner == unit_id else 1

    def own(rule: RoutingRule) -> bool:
        return rule.unit_id == unit_id and units[0].parent_id is not None

    return Settings(
        unit_id=unit_id,
        unit_code=units[0].code,
        province_id=province_id,
        front_desk_id=front_desk,
        rules=tuple(
            routing.Rule(
                id=rule.id,
                name=rule.name,
                version=rule.version,
                conditions=rule.conditions,
                department_id=rule.department_id or by_code.get(rule.department_code or ""),
                place=(-locality(rule.unit_id), rule.position, rule.id),
                owner_id=rule.unit_id,
                lost=own(rule) and not _stands(rule, by_code, in_use),
                failed=rule.id in failed,
            )
            for rule in sorted(
                rules, key=lambda each: (-locality(each.unit_id), each.position, each.id)
            )
            # A rule of the province for a department that this commune does not have is not meant for it.
            if rule.department_code is None or rule.department_code in by_code or own(rule)
        ),
        policies=tuple(
            deadlines.Policy(
                name=each.name,
                intake_minutes=each.intake_minutes,
                handling_days=each.handling_days,
                handling_minutes=each.handling_minutes,
                round_the_clock=each.round_the_clock,
                category=each.category,
                urgency=each.urgency,
                complex=each.complex,
                locality=locality(each.unit_id),
                legal_basis=each.legal_basis,
                id=each.id,
                version=each.version,
            )
            for each in policies
        ),
        calendar=places.calendar_for(session, unit_id),
    )


def _stands(rule: RoutingRule, by_code: Mapping[str, UUID], in_use: Container[UUID]) -> bool:
    """True when the department that a rule of the unit itself names is in use there."""
    if rule.department_code is not None:
        return rule.department_code in by_code
    return rule.department_id is None or rule.department_id in in_use
