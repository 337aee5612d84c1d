"""What a rule would have done: the newest cases decided twice, as the rules are and with the draft among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from backend.core import ids
from backend.core.auth import Principal
from backend.core.errors import InvalidInput
from backend.core.text import excerpt
from backend.feedback.models import Feedback
from backend.places.models import AdminUnit, Department, UnitLevel
from backend.places.scope import unit_in_scope
from moderation import routing
from moderation.access import scope_of
from moderation.intake import matter_of
from moderation.models import Case
from moderation.rule_editing import Draft, checked_conditions, department_of
from moderation.rule_queries import MANAGE, own_rules
from moderation.settings import Settings, settings_of_all

EXAMINED = 500
SHOWN = 100
_EXCERPT = 120
_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Place:
    """Who decided, and the department; None: the unit has not even a front desk."""

    rule: str | None
    department: str | None


@dataclass(frozen=True, slots=True)
class Changed:
    """A case that would go elsewhere."""

    id: UUID
    tracking_code: str
    excerpt: str
    created_at: datetime
    before: Place
    after: Place


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it."""

    examined: int
    decided: int
    changed: int
    cases: list[Changed]


def try_rule(
    session: Session,
    actor: Principal,
    unit_code: str,
    draft: Draft,
    *,
    rule_id: UUID | None = None,
    position: int | None = None,
) -> Trial:
    """Decide the newest cases of the unit that ``actor`` may read, without and with the draft. Nothing is stored.

    Args:
        draft: a whole rule.
        rule_id: the unit's rule in whose stead it would stand.
        position: its place among the unit's own rules, 1 is asked first; None: where it stands, or last.

    Raises:
        NotFound: no such unit, or the actor does not look after its rules.
        InvalidInput: the draft could not be stored either.
    """
    unit = unit_in_scope(session, actor, MANAGE, unit_code)
    conditions = checked_conditions(session, unit, draft["conditions"])
    if draft["active"] and not conditions:
        raise InvalidInput({"conditions": ["always_holds"]}, "rules.always_holds")
    department_id, department_code = department_of(session, unit, draft["department"])
    place = _place(session, unit, rule_id, position)
    tried = rule_id or ids.new_id()
    rows = _newest(session, actor, unit)
    # Each is read once and kept until somebody changes it; of a province these are its communes.
    settings = settings_of_all(session, {row.unit_id for row in rows})
    codes = _of_communes(session, department_code, settings)

    def with_draft(of: Settings) -> list[routing.Rule]:
        others = [rule for rule in of.rules if rule.id != tried]
        if not draft["active"] or (department_code and of.unit_id not in codes):
            return others
        made = routing.Rule(
            id=tried,
            name=draft["name"],
            version=0,
            conditions=conditions,
            department_id=department_id or codes.get(of.unit_id),
            place=(-2 if unit.id == of.unit_id else -1, *place),
        )
        return sorted([*others, made], key=lambda rule: rule.place)

    lists = {unit_id: with_draft(of) for unit_id, of in settings.items()}
    decided = 0
    moved: list[tuple[Row[Any], routing.Decision, routing.Decision]] = []
    for row in rows:
        of = settings[row.unit_id]
        matter = matter_of(row, row, of, row.created_at)
        before, after = (routing.decide(rules, matter) for rules in (of.rules, lists[row.unit_id]))
        decided += after.rule is not None and after.rule.id == tried
        if _goes_to(before, of) != _goes_to(after, of):
            moved.append((row, before, after))
    return Trial(len(rows), decided, len(moved), _shown(session, moved[:SHOWN], settings))


def _place(
    session: Session, unit: AdminUnit, rule_id: UUID | None, position: int | None
) -> tuple[int, UUID]:
    """Sorts the draft among the unit's own rules."""
    own = own_rules(session, unit.id)
    present = next((rule for rule in own if rule.id == rule_id), None)
    if rule_id is not None and present is None:
        raise InvalidInput({"rule_id": ["unknown"]})
    if position is None and present is not None:
        return present.position, present.id
    others = [rule for rule in own if rule.id != rule_id]
    if position is not None and position <= len(others):
        return others[position - 1].position, _NOBODY  # just before the one that stands there
    return (others[-1].position + 1 if others else 1), _NOBODY


def _newest(session: Session, actor: Principal, unit: AdminUnit) -> Sequence[Row[Any]]:
    of_unit = (
        Case.unit_id == unit.id if unit.level is UnitLevel.COMMUNE else Case.province_id == unit.id
    )
    rows: Sequence[Any] = session.execute(
        select(
            Case.id,
            Case.tracking_code,
            Case.unit_id,
            Case.category,
            Case.kind,
            Case.legal_type,
            Case.urgency,
            Case.restricted,
            Case.created_at,
            Feedback.text,
            Feedback.policy,
            Feedback.community_id,
            Feedback.latitude,
            Feedback.longitude,
        )
        .join(Feedback, Feedback.id == Case.feedback_id)
        .where(of_unit, scope_of(session, actor).condition(checked=True))
        .order_by(Case.created_at.desc(), Case.id.desc())
        .limit(EXAMINED)
    ).all()
    return rows


def _of_communes(
    session: Session, code: str | None, settings: dict[UUID, Settings]
) -> dict[UUID, UUID]:
    """The department with that code in each of the units that has one."""
    if code is None or not settings:
        return {}
    rows = session.execute(
        select(Department.unit_id, Department.id).where(
            Department.unit_id.in_(sorted(settings)), Department.code == code, Department.active
        )
    )
    return dict(iter(rows))


def _goes_to(decision: routing.Decision, settings: Settings) -> UUID | None:
    return decision.department_id or settings.front_desk_id


def _shown(
    session: Session,
    moved: Sequence[tuple[Row[Any], routing.Decision, routing.Decision]],
    settings: dict[UUID, Settings],
) -> list[Changed]:
    wanted = {
        department_id
        for row, *decisions in moved
        for decision in decisions
        if (department_id := _goes_to(decision, settings[row.unit_id]))
    }
    names: dict[UUID, str] = {}
    if wanted:
        rows = session.execute(
            select(Department.id, Department.name).where(Department.id.in_(sorted(wanted)))
        )
        names = dict(iter(rows))

    def place(row: Row[Any], decision: routing.Decision) -> Place:
        department_id = _goes_to(decision, settings[row.unit_id])
        return Place(
            decision.rule.name if decision.rule else None,
            names.get(department_id) if department_id else None,
        )

    return [
        Changed(
            id=row.id,
            tracking_code=row.tracking_code,
            excerpt=excerpt(row.text, _EXCERPT),
            created_at=row.created_at,
            before=place(row, before),
            after=place(row, after),
        )
        for row, before, after in moved
    ]
