"""Reads of the moderation room: the work list, its counts, who handles for a department."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session, defer

from backend.accounts.models import RoleGrant, Staff
from backend.accounts.queries import in_force
from backend.core import clock
from backend.core.api.paging import Page, page
from backend.core.auth import ROLE_PERMISSIONS, Permission, Principal
from backend.feedback.models import Feedback, FeedbackAttachment
from backend.places.models import AdminUnit, Department
from backend.places.queries import commune_by_code
from backend.uploads.models import Purpose, Upload
from moderation import search
from moderation.access import Scope, scope_of
from moderation.filters import Filters, Sort, View
from moderation.models import (
    OPEN_STATES,
    Case,
    CaseState,
    FeedbackCategory,
    LegalType,
    ReplyTemplate,
    RoutingRule,
    Urgency,
)

DUE_SOON = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the list: the case and what is shown of others."""

    case: Case
    text: str
    unit_code: str
    unit_name: str
    department: str | None
    assignee: str | None
    has_photos: bool


def list_cases(
    session: Session,
    actor: Principal,
    filters: Filters,
    *,
    sort: Sort = Sort.DUE,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """One page of the cases ``actor`` may read: five statements at most, however many there are.

    Items are ``Listed``.
    """
    conditions = _narrowed(session, actor, filters)
    conditions.append(_view(actor, filters))
    if filters.state is not None:
        conditions.append(Case.state == filters.state)
    keys: Any = {
        Sort.DUE: (Case.due_at, Case.id),
        Sort.NEWEST: (Case.created_at.desc(), Case.id.desc()),
        Sort.URGENCY: (Case.urgency_rank, Case.due_at, Case.id),
    }[Sort.NEWEST if filters.finished else sort]
    # What the list does not show is not read: the documents of a row are most of its bytes.
    light = select(Case).options(
        defer(Case.suggestion), defer(Case.routing), defer(Case.policy), defer(Case.search_key)
    )
    if sort is Sort.NEWEST and not filters.finished and _counting_index(scope_of(actor), filters):
        # SQLite keeps no statistics: told nothing, it walks the archive for a province's open cases.
        scope = "province" if scope_of(actor).province_ids else "unit"
        index = f"ix_moderation_case_queue_{scope}_newest"
        light = light.with_hint(Case, f"INDEXED BY {index}", "sqlite")
    found = page(session, light.where(*conditions), keys=keys, cursor=cursor, limit=limit)
    return Page(_listed(session, found.items), found.next_cursor)


def _narrowed(session: Session, actor: Principal, filters: Filters) -> list[ColumnElement[bool]]:
    """Conditions of scope and of every filter but view and state."""
    scope = scope_of(actor)
    if filters.q:
        found = search.newest(session, filters.q, _searched_units(scope))
        conditions = [found, scope.condition(checked=True)]
    else:
        conditions = [scope.condition()]
    if filters.commune is not None:
        unit = commune_by_code(session, filters.commune)
        conditions.append(Case.unit_id == unit.id if unit else false())
    for column, wanted in (
        (Case.category, filters.category),
        (Case.urgency, filters.urgency),
        (Case.legal_type, filters.legal_type),
        (Case.lead_department_id, filters.department),
        (Case.assignee_id, filters.assignee),
    ):
        if wanted is not None:
            conditions.append(column == wanted)
    return conditions


def _searched_units(scope: Scope) -> frozenset[UUID]:
    return frozenset() if scope.everything or scope.province_ids else scope.unit_ids


def _view(actor: Principal, filters: Filters) -> ColumnElement[bool]:
    if filters.view is View.CLOSED:
        return Case.closed_at.is_not(None)
    if filters.view is View.ALL:
        if filters.finished:
            return Case.closed_at.is_not(None)
        if filters.q and filters.state is None:
            return literal(True)  # noqa: FBT003 - SQL's TRUE: words are looked for everywhere
    return and_(Case.closed_at.is_(None), _conditions(actor, clock.now())[filters.view])


def _conditions(actor: Principal, now: datetime) -> dict[View, ColumnElement[bool]]:
    """What an open case must fulfil for each view."""
    own = sorted(
        {
            grant.department_id
            for grant in actor.grants_for(Permission.CASES_READ)
            if grant.department_id is not None
        }
    )
    everything = literal(True)  # noqa: FBT003 - SQL's TRUE
    return {
        View.ALL: everything,
        View.MINE: Case.assignee_id == actor.id,
        # Whoever works for the whole unit has no department of their own.
        View.DEPARTMENT: Case.lead_department_id.in_(own) if own else everything,
        View.UNASSIGNED: Case.assignee_id.is_(None),
        View.OVERDUE: Case.is_overdue.is_(True),
        View.DUE_SOON: and_(Case.is_overdue.is_(False), Case.due_at <= now + DUE_SOON),
    }


def _listed(session: Session, cases: Iterable[Case]) -> list[Listed]:
    """What the list shows of feedback, unit, department, person and photos: one statement for the page."""
    ordered = list(cases)
    if not ordered:
        return []
    photo = exists().where(
        FeedbackAttachment.feedback_id == Case.feedback_id,
        Upload.id == FeedbackAttachment.upload_id,
        Upload.purpose == Purpose.PHOTO,
    )
    rows = session.execute(
        select(
            Case.id,
            Feedback.text,
            AdminUnit.code,
            AdminUnit.full_name,
            Department.name,
            Staff.name,
            photo,
        )
        .join(Feedback, Feedback.id == Case.feedback_id)
        .join(AdminUnit, AdminUnit.id == Case.unit_id)
        .outerjoin(Department, Department.id == Case.lead_department_id)
        .outerjoin(Staff, Staff.id == Case.assignee_id)
        .where(Case.id.in_([each.id for each in ordered]))
    )
    facts = {row[0]: row for row in rows}
    return [
        Listed(each, text, code, name, department, assignee, has_photos)
        for each in ordered
        for _id, text, code, name, department, assignee, has_photos in [facts[each.id]]
    ]


def counts(session: Session, actor: Principal, filters: Filters) -> dict[str, dict[str, int]]:
    """How many open cases there are, by view and by each filter, within the other filters; one statement.

    Finished cases are not counted: that number only grows, and nobody works by it.
    """
    views = _conditions(actor, clock.now())
    sums = [
        func.sum(case((condition, 1), else_=0)).label(view.value)
        for view, condition in views.items()
    ]
    groups = (Case.state, Case.urgency, Case.category, Case.legal_type)
    statement = select(*groups, func.count(), *sums).where(
        Case.closed_at.is_(None), *_narrowed(session, actor, filters)
    )
    index = _counting_index(scope_of(actor), filters)
    if index is not None:
        # SQLite keeps no statistics and would take the first index that names the unit.
        statement = statement.with_hint(Case, f"INDEXED BY {index}", "sqlite")
    rows = session.execute(statement.group_by(*groups)).all()
    tallies: dict[str, Counter[str]] = {
        name: Counter() for name in ("view", "state", "urgency", "category", "legal_type")
    }
    for state, urgency, category, legal_type, number, *by_view in rows:
        if filters.state is None or state is filters.state:
            for view, some in zip(views, by_view, strict=True):
                tallies["view"][view.value] += some or 0
        for name, value in (
            ("state", state),
            ("urgency", urgency),
            ("category", category),
            ("legal_type", legal_type),
        ):
            tallies[name][value.value] += number
    known: dict[str, Iterable[enum.StrEnum]] = {
        "view": views,
        "state": [state for state in CaseState if state in OPEN_STATES],
        "urgency": Urgency,
        "category": FeedbackCategory,
        "legal_type": LegalType,
    }
    return {
        f"by_{name}": {member.value: tally[member.value] for member in known[name]}
        for name, tally in tallies.items()
    }


def _counting_index(scope: Scope, filters: Filters) -> str | None:
    """The index that holds every column the counts need, when the scope is one unit or one province."""
    if filters.q or filters.commune:
        return None
    if len(scope.unit_ids) == 1 and not scope.province_ids:
        return "ix_moderation_case_queue_unit"
    if len(scope.province_ids) == 1 and not scope.unit_ids:
        return "ix_moderation_case_queue_province"
    return None


def handlers_of(session: Session, unit_id: UUID, department_id: UUID) -> dict[UUID, str]:
    """Whom a case of that department may be given to, by id with their names."""
    roles = [role for role, held in ROLE_PERMISSIONS.items() if Permission.CASES_HANDLE in held]
    holders = select(RoleGrant.staff_id).where(
        RoleGrant.role.in_(roles),
        RoleGrant.unit_id == unit_id,
        or_(RoleGrant.department_id == department_id, RoleGrant.department_id.is_(None)),
        in_force(),
    )
    rows = session.execute(
        select(Staff.id, Staff.name).where(Staff.active, Staff.id.in_(holders)).order_by(Staff.name)
    )
    return dict(iter(rows))


def routing_rules(
    session: Session, units: Iterable[UUID]
) -> list[tuple[RoutingRule, str | None, str | None]]:
    """Rules of these units, of their provinces and of nobody in particular, in the order in which they are asked.

    Each with the name of its unit and of its department.
    """
    wanted = sorted(set(units))
    parents = select(AdminUnit.parent_id).where(AdminUnit.id.in_(wanted))
    # Commune, then province, then country: the more specific speaks first.
    nearness = case(
        (RoutingRule.unit_id.in_(wanted), 0), (RoutingRule.unit_id.is_not(None), 1), else_=2
    )
    rows = session.execute(
        select(RoutingRule, AdminUnit.full_name, Department.name)
        .outerjoin(AdminUnit, AdminUnit.id == RoutingRule.unit_id)
        .outerjoin(Department, Department.id == RoutingRule.department_id)
        .where(
            or_(
                RoutingRule.unit_id.in_(wanted),
                RoutingRule.unit_id.in_(parents),
                RoutingRule.unit_id.is_(None),
            )
        )
        .order_by(nearness, RoutingRule.position, RoutingRule.id)
    )
    return [(rule, unit, department) for rule, unit, department in rows]


def reply_templates(session: Session, units: Iterable[UUID]) -> list[ReplyTemplate]:
    """Templates in use of these units, of their provinces and of nobody in particular, by name."""
    wanted = sorted(set(units))
    parents = select(AdminUnit.parent_id).where(AdminUnit.id.in_(wanted))
    return list(
        session.scalars(
            select(ReplyTemplate)
            .where(
                ReplyTemplate.active,
                or_(
                    ReplyTemplate.unit_id.in_(wanted),
                    ReplyTemplate.unit_id.in_(parents),
                    ReplyTemplate.unit_id.is_(None),
                ),
            )
            .order_by(ReplyTemplate.name, ReplyTemplate.id)
        )
    )
