"""Reads of the moderation room: the work list, its counts, who handles for a department."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Subquery,
    and_,
    case,
    exists,
    func,
    or_,
    select,
    true,
    union,
)
from sqlalchemy.orm import Session, defer

from backend.accounts.models import RoleGrant, Staff
from backend.accounts.queries import in_force
from backend.core import clock
from backend.core.api.paging import page
from backend.core.auth import ROLE_PERMISSIONS, Permission, Principal
from backend.feedback.models import Feedback, FeedbackAttachment
from backend.places.models import AdminUnit, Department, UnitLevel
from backend.places.queries import standing
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
MOST_COUNTED = 2_000


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


@dataclass(frozen=True, slots=True)
class Found:
    """One page of the work list; ``truncated``: words were looked for, and older cases hold them too."""

    items: list[Listed]
    next_cursor: str | None
    truncated: bool


def list_cases(
    session: Session,
    actor: Principal,
    filters: Filters,
    *,
    sort: Sort = Sort.DUE,
    cursor: str | None = None,
    limit: int = 20,
) -> Found:
    """One page of the cases ``actor`` may read: seven statements at most, however many there are."""
    scope = scope_of(session, actor)
    hits = search.newest(session, filters.q, _searched_units(scope)) if filters.q else None
    conditions = [scope.condition(checked=hits is not None), *_fitting(Case, filters)]
    if hits is not None:
        conditions.append(Case.search_id.in_(hits.ids))
    if filters.commune is not None:
        conditions.append(Case.unit_id == _commune(filters.commune))
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
    index = _newest_index(scope, filters)
    if sort is Sort.NEWEST and not filters.finished and index is not None:
        # SQLite keeps no statistics: told nothing, it walks the archive for a province's open cases.
        light = light.with_hint(Case, f"INDEXED BY {index}", "sqlite")
    found = page(session, light.where(*conditions), keys=keys, cursor=cursor, limit=limit)
    return Found(_listed(session, found.items), found.next_cursor, hits is not None and hits.more)


def _newest_index(scope: Scope, filters: Filters) -> str | None:
    """The index of open cases, newest first, when the scope is one unit or one province."""
    if filters.q or filters.commune:
        return None
    if len(scope.unit_ids) == 1 and not scope.province_ids:
        return "ix_moderation_case_queue_unit_newest"
    if len(scope.province_ids) == 1 and not scope.unit_ids:
        return "ix_moderation_case_queue_province_newest"
    return None


def _fitting(cases: Any, filters: Filters) -> list[ColumnElement[bool]]:
    """Conditions of every filter but words, commune, view and state; ``cases`` has the columns of ``Case``."""
    return [
        column == wanted
        for column, wanted in (
            (cases.category, filters.category),
            (cases.urgency, filters.urgency),
            (cases.legal_type, filters.legal_type),
            (cases.lead_department_id, filters.department),
            (cases.assignee_id, filters.assignee),
        )
        if wanted is not None
    ]


def _commune(code: str) -> ScalarSelect[UUID]:
    """The id of the commune that carries the code today, inside the statement that asks."""
    return (
        select(AdminUnit.id)
        .where(AdminUnit.code == code, AdminUnit.level == UnitLevel.COMMUNE, standing())
        .scalar_subquery()
    )


def _searched_units(scope: Scope) -> frozenset[UUID]:
    return frozenset() if scope.everything or scope.province_ids else scope.unit_ids


def _view(actor: Principal, filters: Filters) -> ColumnElement[bool]:
    if filters.view is View.CLOSED:
        return Case.closed_at.is_not(None)
    if filters.view is View.ALL:
        if filters.finished:
            return Case.closed_at.is_not(None)
        if filters.q and filters.state is None:
            return true()  # words are looked for everywhere
    return and_(Case.closed_at.is_(None), _conditions(Case, actor, clock.now())[filters.view])


def _conditions(cases: Any, actor: Principal, now: datetime) -> dict[View, ColumnElement[bool]]:
    """What an open case must fulfil for each view; ``cases`` has the columns of ``Case``."""
    own = sorted(
        {
            grant.department_id
            for grant in actor.grants_for(Permission.CASES_READ)
            if grant.department_id is not None
        }
    )
    return {
        View.ALL: true(),
        View.MINE: cases.assignee_id == actor.id,
        # Whoever works for the whole unit has no department of their own.
        View.DEPARTMENT: cases.lead_department_id.in_(own) if own else true(),
        View.UNASSIGNED: cases.assignee_id.is_(None),
        View.OVERDUE: cases.is_overdue.is_(True),
        View.DUE_SOON: and_(cases.is_overdue.is_(False), cases.due_at <= now + DUE_SOON),
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


@dataclass(frozen=True, slots=True)
class Counts:
    """How many open cases there are, by group and value; ``at_least`` names the views that may have more."""

    by: dict[str, dict[str, int]]
    at_least: Sequence[View]


@dataclass(frozen=True, slots=True)
class _Tally:
    """Numbers of one sample of cases, and whether there were more cases than it took."""

    cut: bool = False
    views: Counter[View] = field(default_factory=Counter)
    groups: dict[str, Counter[enum.StrEnum]] = field(default_factory=dict)


def counts(session: Session, actor: Principal, filters: Filters) -> Counts:
    """How many open cases there are, by view and by each filter, within the other filters.

    Counted are the ``MOST_COUNTED`` most pressing cases: no commune has more; a province's numbers are then lower
    bounds. One's own cases are looked at by themselves, so that their number holds. Finished cases are not
    counted: that number only grows, and nobody works by it.
    """
    scope = scope_of(session, actor)
    hits = search.newest(session, filters.q, _searched_units(scope)) if filters.q else None
    here = _tally(session, actor, scope, filters, _sources(scope, filters, hits))
    own = here if hits else _tally(session, actor, scope, filters, [Case.assignee_id == actor.id])
    searched_in_part = hits is not None and hits.more
    known: dict[str, Iterable[enum.StrEnum]] = {
        "state": [state for state in CaseState if state in OPEN_STATES],
        "urgency": Urgency,
        "category": FeedbackCategory,
        "legal_type": LegalType,
    }
    by = {
        f"by_{name}": {
            member.value: min(here.groups[name][member] if here.groups else 0, MOST_COUNTED)
            for member in members
        }
        for name, members in known.items()
    }
    by_view, at_least = {}, []
    for view in View:
        if view is View.CLOSED:
            continue
        tally = own if view is View.MINE else here
        by_view[view.value] = min(tally.views[view], MOST_COUNTED)
        if tally.cut or searched_in_part:
            at_least.append(view)
    return Counts({"by_view": by_view, **by}, at_least)


def _sources(scope: Scope, filters: Filters, hits: search.Hits | None) -> list[ColumnElement[bool]]:
    """Where to look: each an equality with an index of open cases by due date; together nothing is left out."""
    if hits is not None:
        return [Case.search_id.in_(hits.ids)]
    if filters.assignee is not None:
        return [Case.assignee_id == filters.assignee]
    if filters.department is not None:
        return [Case.lead_department_id == filters.department]
    if filters.commune is not None:
        return [Case.unit_id == _commune(filters.commune)]
    return [
        *(Case.province_id == each for each in sorted(scope.province_ids)),
        *(Case.unit_id == each for each in sorted(scope.unit_ids)),
    ]


def _tally(
    session: Session,
    actor: Principal,
    scope: Scope,
    filters: Filters,
    sources: list[ColumnElement[bool]],
) -> _Tally:
    if not sources:
        return _Tally()
    cases = _sample(scope, sources).c
    wanted = and_(scope.condition(cases), *_fitting(cases, filters))
    in_state = cases.state == filters.state if filters.state is not None else true()
    views = _conditions(cases, actor, clock.now())
    groups = {name: cases[name] for name in ("state", "urgency", "category", "legal_type")}
    sums = [
        func.sum(case((and_(wanted, each), 1), else_=0))
        for each in (true(), *(and_(in_state, condition) for condition in views.values()))
    ]
    rows = session.execute(
        select(*groups.values(), func.count(), *sums).group_by(*groups.values())
    ).all()
    tally = _Tally(
        cut=sum(row[len(groups)] for row in rows) > MOST_COUNTED,
        groups={name: Counter() for name in groups},
    )
    for row in rows:
        values, (_looked_at, number, *by_view) = row[: len(groups)], row[len(groups) :]
        for name, value in zip(groups, values, strict=True):
            tally.groups[name][value] += number
        for view, some in zip(views, by_view, strict=True):
            tally.views[view] += some
    return tally


def _sample(scope: Scope, sources: list[ColumnElement[bool]]) -> Subquery:
    """The most pressing open cases of ``sources``, one more than are counted, each read from an index in order.

    What is filtered is filtered outside: inside, a rare value would have the whole index read.
    """
    columns = [
        *(Case.id, Case.due_at, Case.state, Case.urgency, Case.category, Case.legal_type),
        *(Case.lead_department_id, Case.assignee_id, Case.is_overdue, Case.restricted),
        # Whatever the scope does not ask for stays out: the index alone answers.
        *([Case.province_id] if scope.province_ids else []),
        *([Case.unit_id] if scope.unit_ids else []),
    ]
    parts = [
        select(*columns)
        .where(Case.closed_at.is_(None), source)
        .order_by(Case.due_at, Case.id)
        .limit(MOST_COUNTED + 1)
        .subquery()
        for source in sources
    ]
    if len(parts) == 1:
        return parts[0]
    # A case of a commune and of its province is one.
    merged = union(*(select(part) for part in parts)).subquery()
    pressing = (merged.c.due_at, merged.c.id)
    return select(merged).order_by(*pressing).limit(MOST_COUNTED + 1).subquery()


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
