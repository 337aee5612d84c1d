"""Reads of the places room, for every room above it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from backend.core import clock
from backend.places.calendar import DEFAULT_WEEK, DayRule, Span, WorkCalendar
from backend.places.lineage import lines
from backend.places.models import (
    AdminUnit,
    CalendarChange,
    CalendarDay,
    Community,
    Department,
    UnitLevel,
    UnitSuccession,
    WorkingHours,
)

_PROVINCE_DIGITS = 2
_CODE = re.compile(r"\d{2,5}", re.ASCII)
# Deadlines look ahead and explain what has passed; older days of the calendar interest nobody.
_CALENDAR_REACHES_BACK = timedelta(days=800)
Week = tuple[tuple[Span, ...], ...]  # Monday first


def standing(on: date | BindParameter[date] | None = None) -> ColumnElement[bool]:
    """Condition: the unit stands on that day (today in Vietnam when none is named)."""
    day = clock.today_local() if on is None else on
    return and_(
        AdminUnit.valid_from <= day, or_(AdminUnit.valid_to.is_(None), AdminUnit.valid_to >= day)
    )


def day_ends() -> datetime:
    """The next midnight in Vietnam: what stands today may not stand then."""
    tomorrow = clock.today_local() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), clock.LOCAL)


def unit(session: Session, unit_id: UUID) -> AdminUnit | None:
    """The unit of that id, of whatever time."""
    return session.get(AdminUnit, unit_id)


def units(session: Session, unit_ids: Iterable[UUID]) -> dict[UUID, AdminUnit]:
    """Units by id, in one statement."""
    wanted = set(unit_ids)
    if not wanted:
        return {}
    found = session.scalars(select(AdminUnit).where(AdminUnit.id.in_(wanted)))
    return {each.id: each for each in found}


def commune_by_code(session: Session, code: str, at: date | None = None) -> AdminUnit | None:
    """The commune that carries ``code`` on the day ``at`` (today when none is named)."""
    return _by_code(session, UnitLevel.COMMUNE, code, at)


def province_by_code(session: Session, code: str, at: date | None = None) -> AdminUnit | None:
    """The province that carries ``code`` on the day ``at`` (today when none is named)."""
    return _by_code(session, UnitLevel.PROVINCE, code, at)


def unit_by_code(session: Session, code: str, at: date | None = None) -> AdminUnit | None:
    """The province (two digits) or commune (five) that carries ``code`` on the day ``at``."""
    find = province_by_code if len(code) == _PROVINCE_DIGITS else commune_by_code
    return find(session, code, at)


def _by_code(session: Session, level: UnitLevel, code: str, at: date | None) -> AdminUnit | None:
    if not _CODE.fullmatch(code):
        return None
    return session.scalar(
        select(AdminUnit).where(AdminUnit.level == level, AdminUnit.code == code, standing(at))
    )


def provinces(session: Session, at: date | None = None) -> list[AdminUnit]:
    """The provinces of that day, in the order of their codes."""
    return list(
        session.scalars(
            select(AdminUnit)
            .where(AdminUnit.level == UnitLevel.PROVINCE, standing(at))
            .order_by(AdminUnit.code)
        )
    )


def communes_of(session: Session, province_id: UUID, at: date | None = None) -> list[AdminUnit]:
    """The communes of a province on that day, in the order of their codes."""
    return list(
        session.scalars(
            select(AdminUnit)
            .where(AdminUnit.parent_id == province_id, standing(at))
            .order_by(AdminUnit.code)
        )
    )


def communes_by_province(session: Session, at: date | None = None) -> dict[UUID, int]:
    """How many communes of each province are known."""
    rows = session.execute(
        select(AdminUnit.parent_id, func.count())
        .where(AdminUnit.level == UnitLevel.COMMUNE, standing(at))
        .group_by(AdminUnit.parent_id)
    )
    return {province_id: number for province_id, number in rows if province_id is not None}


def predecessors_of(session: Session, unit_id: UUID) -> list[tuple[AdminUnit, UnitSuccession]]:
    """The units that this one was made from, with how and when."""
    return _joined(
        session,
        select(AdminUnit, UnitSuccession)
        .join(UnitSuccession, UnitSuccession.predecessor_id == AdminUnit.id)
        .where(UnitSuccession.successor_id == unit_id),
    )


def successors_of(session: Session, unit_id: UUID) -> list[tuple[AdminUnit, UnitSuccession]]:
    """The units that this one, or parts of it, became, with how and when."""
    return _joined(
        session,
        select(AdminUnit, UnitSuccession)
        .join(UnitSuccession, UnitSuccession.successor_id == AdminUnit.id)
        .where(UnitSuccession.predecessor_id == unit_id),
    )


def lineages(session: Session, unit_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """Each unit followed by those it was made from, through every reform so far (one statement).

    What they published stays readable at the address of the unit that took their place.
    """
    wanted = list(unit_ids)
    line = lines(select(AdminUnit.id).where(AdminUnit.id.in_(wanted)))
    found: dict[UUID, list[UUID]] = {unit_id: [unit_id] for unit_id in wanted}
    for root, unit_id in session.execute(select(line.c.root, line.c.unit_id)):
        if unit_id != root:
            found[root].append(unit_id)
    return found


def standing_heirs(session: Session, unit_ids: Iterable[UUID]) -> dict[UUID, AdminUnit]:
    """For each unit the one that stands in its place today: itself, or what it became, the first by code."""
    starts = (
        select(AdminUnit.id.label("root"), AdminUnit.id.label("unit_id"))
        .where(AdminUnit.id.in_(tuple(unit_ids)))
        .cte("heirs", recursive=True)
    )
    ended = aliased(AdminUnit)
    way = starts.union(
        select(starts.c.root, UnitSuccession.successor_id)
        .join(ended, ended.id == starts.c.unit_id)  # what stands may have given a part away
        .where(
            ended.valid_to < clock.today_local(),
            UnitSuccession.predecessor_id == ended.id,
            UnitSuccession.effective_on <= clock.today_local(),
        )
    )
    found = session.execute(
        select(way.c.root, AdminUnit)
        .join(AdminUnit, AdminUnit.id == way.c.unit_id)
        .where(standing())
        .order_by(AdminUnit.code)
    )
    heirs: dict[UUID, AdminUnit] = {}
    for root, heir in found:
        heirs.setdefault(root, heir)
    return heirs


def last_with_code(session: Session, code: str) -> AdminUnit | None:
    """The commune that carried ``code`` last, whether or not it still stands."""
    if not _CODE.fullmatch(code):
        return None
    return session.scalar(
        select(AdminUnit)
        .where(AdminUnit.level == UnitLevel.COMMUNE, AdminUnit.code == code)
        .order_by(AdminUnit.valid_from.desc())
        .limit(1)
    )


def _joined(
    session: Session, statement: Select[AdminUnit, UnitSuccession]
) -> list[tuple[AdminUnit, UnitSuccession]]:
    rows = session.execute(statement.order_by(AdminUnit.code, AdminUnit.valid_from))
    return [(found, succession) for found, succession in rows]


def province_of(session: Session, unit: AdminUnit) -> AdminUnit:
    """The province that a unit belongs to; itself when it is one."""
    if unit.parent_id is None:
        return unit
    province = session.get(AdminUnit, unit.parent_id)
    if province is None:
        raise LookupError(f"unit {unit.id} has a parent that does not exist")
    return province


def departments_of(session: Session, unit_id: UUID, *, inactive: bool = False) -> list[Department]:
    """The departments of a unit by name."""
    statement = select(Department).where(Department.unit_id == unit_id).order_by(Department.name)
    if not inactive:
        statement = statement.where(Department.active)
    return list(session.scalars(statement))


def department(session: Session, department_id: UUID) -> Department | None:
    """The department of that id."""
    return session.get(Department, department_id)


def communities_of(session: Session, unit_id: UUID, at: date | None = None) -> list[Community]:
    """The communities of a commune on that day, by code."""
    day = at or clock.today_local()
    return list(
        session.scalars(
            select(Community)
            .where(
                Community.unit_id == unit_id,
                Community.valid_from <= day,
                or_(Community.valid_to.is_(None), Community.valid_to >= day),
            )
            .order_by(Community.code)
        )
    )


def community(session: Session, community_id: UUID) -> Community | None:
    """The community of that id."""
    return session.get(Community, community_id)


class CalendarLayers(NamedTuple):
    """What was entered about working time: for the country, then a province, then a unit; None and empty where nothing was."""

    weeks: tuple[Week | None, Week | None, Week | None]
    days: tuple[dict[date, DayRule], dict[date, DayRule], dict[date, DayRule]]

    def calendar(self) -> WorkCalendar:
        """All of it merged: of the hours the most local ones, of the rules about a day the most local one."""
        week = next(filter(None, reversed(self.weeks)), DEFAULT_WEEK)
        return WorkCalendar(week, {day: rule for layer in self.days for day, rule in layer.items()})

    def without_own(self) -> CalendarLayers:
        """What the unit has when it enters nothing itself."""
        return CalendarLayers((*self.weeks[:2], None), (*self.days[:2], {}))


def calendar_layers(
    session: Session, unit_id: UUID, first: date, last: date = date.max
) -> CalendarLayers:
    """What holds for a unit from ``first`` to ``last``, by who entered it (two statements)."""
    province = select(AdminUnit.parent_id).where(AdminUnit.id == unit_id).scalar_subquery()
    entered = _entered(session, [unit_id, province], first, last)
    above = next((owner for owner in entered if owner not in {None, unit_id}), None)
    return _layered(entered, above, unit_id)


class _Entered(NamedTuple):
    """What one owner (a unit, or None: the country) entered about working time."""

    hours: dict[int, list[Span]]
    days: dict[date, DayRule]


def _entered(
    session: Session, owners: Sequence[Any], first: date, last: date
) -> dict[UUID | None, _Entered]:
    """What these owners and the country entered, by owner (two statements)."""

    def theirs(kind: type[WorkingHours | CalendarDay]) -> ColumnElement[bool]:
        return or_(kind.unit_id.in_(owners), kind.unit_id.is_(None))

    found: dict[UUID | None, _Entered] = {}
    for owner, weekday, opens, closes in session.execute(
        select(WorkingHours.unit_id, WorkingHours.weekday, WorkingHours.opens, WorkingHours.closes)
        .where(theirs(WorkingHours))
        .order_by(WorkingHours.weekday, WorkingHours.opens)
    ):
        hours = found.setdefault(owner, _Entered({}, {})).hours
        hours.setdefault(weekday, []).append((opens, closes))
    for owner, day, kind, note in session.execute(
        select(CalendarDay.unit_id, CalendarDay.day, CalendarDay.kind, CalendarDay.note).where(
            theirs(CalendarDay), CalendarDay.day.between(first, last)
        )
    ):
        found.setdefault(owner, _Entered({}, {})).days[day] = DayRule(kind.value, note)
    return found


def _layered(
    entered: Mapping[UUID | None, _Entered], province_id: UUID | None, unit_id: UUID
) -> CalendarLayers:
    """The layers of a unit: the country's, its province's where it has one, its own."""
    nothing = _Entered({}, {})
    country = entered.get(None, nothing)
    above = nothing if province_id in {None, unit_id} else entered.get(province_id, nothing)
    own = entered.get(unit_id, nothing)

    def week(hours: Mapping[int, list[Span]]) -> Week | None:
        return tuple(tuple(hours.get(weekday, ())) for weekday in range(7)) if hours else None

    return CalendarLayers(
        (week(country.hours), week(above.hours), week(own.hours)),
        (country.days, above.days, own.days),
    )


def calendar_for(session: Session, unit_id: UUID) -> WorkCalendar:
    """The working time of a unit as a plain value (two statements)."""
    return calendar_layers(session, unit_id, _calendar_begins()).calendar()


def calendars_for(session: Session, provinces: Mapping[UUID, UUID]) -> dict[UUID, WorkCalendar]:
    """The same for several units, each named with its province: two statements, however many there are."""
    owners = sorted({*provinces, *provinces.values()})
    entered = _entered(session, owners, _calendar_begins(), date.max)
    return {
        unit_id: _layered(entered, province_id, unit_id).calendar()
        for unit_id, province_id in provinces.items()
    }


def _calendar_begins() -> date:
    return clock.today_local() - _CALENDAR_REACHES_BACK


def calendar_change(session: Session, unit_id: UUID | None) -> CalendarChange | None:
    """The last change of a unit's own calendar (None: of the country's); its version is the calendar's."""
    return session.scalar(
        select(CalendarChange)
        .where(CalendarChange.unit_id.is_not_distinct_from(unit_id))
        .order_by(CalendarChange.version.desc())
        .limit(1)
    )
