"""What a unit's cases follow: routing rules, deadlines, working time. Read once, kept until somebody changes it.

A change advances a generation (``moderation`` here, ``places`` for departments and calendars) in its own
transaction; each use asks for the generations and reads again only when they moved. One statement instead of five.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from backend.core.db import Generation, bump, engine
from backend.places import queries as places
from backend.places.calendar import WorkCalendar
from backend.places.models import Department
from moderation import deadlines, routing
from moderation.clock import full_day_minutes
from moderation.models import DeadlinePolicy, FeedbackCategory, RoutingRule, Urgency

AREA = "moderation"
_AREAS = (AREA, "places")
_KEPT_UNITS = 500


@dataclass(frozen=True)
class Settings:
    """Everything that decides where a case of ``unit_id`` goes and when it is due."""

    unit_id: UUID
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


_Seen = tuple[int, tuple[tuple[str, int], ...]]
_kept: OrderedDict[UUID, tuple[_Seen, Settings]] = OrderedDict()
_lock = threading.Lock()


def settings_of(session: Session, unit_id: UUID) -> Settings:
    """The settings of a unit, as they are in this transaction.

    Raises:
        LookupError: there is no such unit.
    """
    rows = session.execute(
        select(Generation.area, Generation.value).where(Generation.area.in_(_AREAS))
    )
    seen: _Seen = (id(engine()), tuple(sorted((area, value) for area, value in rows)))
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


def changed(session: Session) -> None:
    """Say that rules, policies or calendars change with this transaction."""
    bump(session, AREA)


def _read(session: Session, unit_id: UUID) -> Settings:
    unit = places.unit(session, unit_id)
    if unit is None:
        raise LookupError(f"no unit {unit_id}")
    province_id = unit.parent_id or unit.id
    owners = (unit_id, province_id)
    departments = session.scalars(
        select(Department)
        .where(Department.unit_id == unit_id, Department.active)
        .order_by(Department.name)
    ).all()
    by_code = {each.code: each.id for each in departments}
    front_desk = next((each.id for each in departments if each.is_front_desk), None)

    def locality(owner: UUID | None) -> int:
        return 0 if owner is None else 2 if owner == unit_id else 1

    rules = session.scalars(
        select(RoutingRule).where(
            or_(RoutingRule.unit_id.in_(owners), RoutingRule.unit_id.is_(None)), RoutingRule.active
        )
    ).all()
    policies = session.scalars(
        select(DeadlinePolicy).where(
            or_(DeadlinePolicy.unit_id.in_(owners), DeadlinePolicy.unit_id.is_(None)),
            DeadlinePolicy.active,
        )
    ).all()
    return Settings(
        unit_id=unit_id,
        province_id=province_id,
        front_desk_id=front_desk,
        rules=tuple(
            routing.Rule(
                id=rule.id,
                name=rule.name,
                version=rule.version,
                conditions=rule.conditions,
                department_id=rule.department_id or by_code.get(rule.department_code or ""),
            )
            for rule in sorted(
                rules, key=lambda each: (-locality(each.unit_id), each.position, each.id)
            )
            # A rule of the province for a department that this commune does not have is not meant for it.
            if rule.department_code is None or rule.department_code in by_code
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
