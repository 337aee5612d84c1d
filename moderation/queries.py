"""Reads of the moderation room: the work list, its counts, who handles for a department."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Subquery,
    and_,
    case,
    cast,
    exists,
    func,
    or_,
    select,
    true,
    union,
)
from sqlalchemy.orm import Session

from backend.accounts.models import RoleGrant, Staff
from backend.accounts.queries import in_force
from backend.core import clock
from backend.core.api.paging import merged_page
from backend.core.auth import ROLE_PERMISSIONS, Permission, Principal
from backend.feedback.models import Feedback, FeedbackAttachment
from backend.places.lineage import became
from backend.places.models import AdminUnit, Department
from backend.uploads.models import Purpose, Upload
from moderation import search, settings
from moderation.access import Part, Scope, scope_of
from moderation.clock import Meter, Pause, minutes_left
from moderation.filters import Filters, Sort, View
from moderation.models import (
    OPEN_STATES,
    CalendarRecount,
    Case,
    CaseState,
    ClockEntry,
    ClockMove,
    FeedbackCategory,
    LegalType,
    ReplyTemplate,
    RoutingRule,
    Stage,
    Urgency,
)

DUE_SOON = timedelta(hours=24)
MOST_COUNTED = 2_000


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the list: the case and what is shown of others."""

    case: Any  # a row with the columns of ``Case`` that a list needs
    text: str
    unit_code: str
    unit_name: str
    department: str | None
    assignee: str | None
    has_photos: bool
    minutes_left: int | None  # of the stage that runs; None while paused, over, or beyond telling
    recounting: bool  # the calendar changed; its dates may be those of before


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
    """One page of the cases ``actor`` may read: three statements, however many there are (four when words are looked for).

    Raises:
        InvalidInput: no commune carries the code asked for, or the cursor was not made by this list.
    """
    scope = scope_of(session, actor, commune=filters.commune)
    hits = _hits(session, scope, filters)
    conditions = [*_fitting(Case, filters), _view(actor, filters)]
    if filters.state is not None:
        conditions.append(Case.state == filters.state)
    order = _ORDERS[Sort.NEWEST if filters.finished else sort]
    branches = [select(*order.keys).where(part.within, *conditions) for part in _parts(scope, hits)]
    if sort is Sort.NEWEST and not filters.finished and hits is None and not scope.everything:
        # SQLite keeps no statistics: told nothing, it walks the archive for a province's open cases.
        branches = [
            branch.with_hint(Case, f"INDEXED BY {_NEWEST[part.key]}", "sqlite")
            for part, branch in zip(scope.parts(), branches, strict=True)
        ]
    if not branches:
        return Found([], None, truncated=False)
    found = merged_page(
        session,
        branches,
        cursor=cursor,
        limit=limit,
        descending=order.descending,
        dressed=_shown,
    )
    return Found(_listed(session, found.items), found.next_cursor, hits is not None and hits.more)


class _Order(NamedTuple):
    keys: tuple[Any, ...]
    descending: bool


_ORDERS = {
    Sort.DUE: _Order((Case.due_at, Case.id), descending=False),
    Sort.NEWEST: _Order((Case.created_at, Case.id), descending=True),
    Sort.URGENCY: _Order((Case.urgency_rank, Case.due_at, Case.id), descending=False),
}
_NEWEST = {
    key: f"ix_moderation_case_queue_{key.removesuffix('_id')}_newest"
    for key in ("unit_id", "province_id")
}


def _hits(session: Session, scope: Scope, filters: Filters) -> search.Hits | None:
    """What holds the words that are looked for; None when none are."""
    if not filters.q:
        return None
    if not scope.parts():
        return search.Hits((), more=False)
    everywhere = scope.everything or scope.province_ids
    return search.newest(session, filters.q, frozenset() if everywhere else scope.unit_ids)


def _parts(scope: Scope, hits: search.Hits | None) -> list[Part]:
    """Where to look: each an equality with an index; together nothing is left out, and nothing is there twice."""
    if hits is None:
        return scope.parts()
    if not hits.ids:
        return []
    return [Part("search_id", and_(Case.search_id.in_(hits.ids), scope.condition(checked=True)))]


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
        # From a day ago on, lest all that is overdue be passed on the way: a worker may be late by as much.
        View.DUE_SOON: and_(
            cases.is_overdue.is_(False), cases.due_at.between(now - DUE_SOON, now + DUE_SOON)
        ),
    }


# What the list shows of a case; from the plain tables: nobody changes these rows, and pages are asked for all day.
_CASE: Any = Case.__table__
_OF_CASE = tuple(
    _CASE.c[name]
    for name in (
        *("id", "tracking_code", "version", "unit_id", "province_id", "created_at", "published_at"),
        *("state", "kind", "category", "urgency", "complex", "legal_type", "legal_confirmed_at"),
        *("lead_department_id", "assignee_id", "stage", "due_at", "intake_due_at", "paused_at"),
        *("is_overdue", "urgency_rank"),
    )
)
_ENTRY: Any = ClockEntry.__table__
_FEEDBACK: Any = Feedback.__table__
_ATTACHMENT: Any = FeedbackAttachment.__table__
_UPLOAD: Any = Upload.__table__
_UNIT: Any = AdminUnit.__table__
_DEPARTMENT: Any = Department.__table__
_STAFF: Any = Staff.__table__
_PHOTO = exists().where(
    _ATTACHMENT.c.feedback_id == _FEEDBACK.c.id,
    _UPLOAD.c.id == _ATTACHMENT.c.upload_id,
    _UPLOAD.c.purpose == Purpose.PHOTO,
)
# When the clock was stopped and went on after the time was over: what was waited for does not count. In turns.
_WAITED = (
    select(func.aggregate_strings(cast(_ENTRY.c.at, String), ","))
    .where(
        _ENTRY.c.case_id == _CASE.c.id,
        _ENTRY.c.stage == _CASE.c.stage,
        _ENTRY.c.move.in_([ClockMove.PAUSE, ClockMove.RESUME]),
        _ENTRY.c.at
        >= case((_CASE.c.stage == Stage.INTAKE, _CASE.c.intake_due_at), else_=_CASE.c.due_at),
    )
    .correlate(_CASE)
    .scalar_subquery()
)
_RECOUNT: Any = CalendarRecount.__table__
RECOUNTING = (
    exists()
    .where(
        _CASE.c.closed_at.is_(None),
        or_(_RECOUNT.c.unit_id == _CASE.c.unit_id, _RECOUNT.c.unit_id == _CASE.c.province_id),
        or_(
            _RECOUNT.c.reached_at.is_(None),
            _CASE.c.created_at > _RECOUNT.c.reached_at,
            and_(_CASE.c.created_at == _RECOUNT.c.reached_at, _CASE.c.id > _RECOUNT.c.reached_id),
        ),
    )
    .correlate(_CASE)
)
_OF_OTHERS = (
    _FEEDBACK.c.text,
    _UNIT.c.code,
    _UNIT.c.full_name,
    _DEPARTMENT.c.name,
    _STAFF.c.name,
    _PHOTO,
    _CASE.c.policy["round_the_clock"].as_boolean(),
    case((_CASE.c.is_overdue, _WAITED)),
    RECOUNTING,
)
_OTHERS, _AGE = len(_OF_OTHERS), len(settings.GENERATIONS)


def _shown(page: Subquery) -> Select[*tuple[Any, ...]]:
    """A page of cases with what the list shows of them, of feedback, unit, department, person and photos."""
    # Outer joins are read from left to right: the page comes first, whatever a planner thinks of the tables.
    return select(*_OF_CASE, *_OF_OTHERS, *settings.GENERATIONS).select_from(
        page.outerjoin(_CASE, _CASE.c.id == page.c.id)
        .outerjoin(_FEEDBACK, _FEEDBACK.c.id == _CASE.c.feedback_id)
        .outerjoin(_UNIT, _UNIT.c.id == _CASE.c.unit_id)
        .outerjoin(_DEPARTMENT, _DEPARTMENT.c.id == _CASE.c.lead_department_id)
        .outerjoin(_STAFF, _STAFF.c.id == _CASE.c.assignee_id)
    )


def _listed(session: Session, rows: Sequence[Any]) -> list[Listed]:
    if not rows:
        return []
    provinces = {row.unit_id: row.province_id for row in rows}
    meters = settings.meters_of(session, provinces, tuple(rows[0][-_AGE:]))
    now = clock.now()
    listed = []
    for row in rows:
        text, code, unit, department, assignee, photos, always, waited, recounting = row[
            -_OTHERS - _AGE : -_AGE
        ]
        meter = _NIGHT_AND_DAY if always else meters[row.unit_id]
        left = _minutes_left(row, meter, waited, now)
        listed.append(Listed(row, text, code, unit, department, assignee, photos, left, recounting))
    return listed


_NIGHT_AND_DAY = Meter(None)


def _minutes_left(one: Any, meter: Meter, waited: str | None, now: datetime) -> int | None:
    if one.stage is None or one.paused_at is not None:
        return None
    moments = sorted(
        moment if moment.tzinfo else moment.replace(tzinfo=UTC)  # SQLite keeps no zone
        for moment in map(datetime.fromisoformat, waited.split(",") if waited else ())
    )
    if (
        len(moments) % 2
    ):  # half a pause: rows that we did not write; the other cases are listed all the same
        return None
    pauses = [Pause(*both) for both in zip(moments[::2], moments[1::2], strict=True)]
    due = one.intake_due_at if one.stage is Stage.INTAKE else one.due_at
    return minutes_left(meter, due, now, pauses)


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
    scope = scope_of(session, actor, commune=filters.commune)
    hits = _hits(session, scope, filters)
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
    """Whom a case of that unit and department may be given to, by id with their names; of what the unit became too."""
    roles = [role for role, held in ROLE_PERMISSIONS.items() if Permission.CASES_HANDLE in held]
    holders = select(RoleGrant.staff_id).where(
        RoleGrant.role.in_(roles),
        RoleGrant.unit_id.in_(became(unit_id)),
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
