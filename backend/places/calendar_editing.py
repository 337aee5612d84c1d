"""Officials change the working time of their unit; running deadlines are counted anew by whoever hears of it.

Whose unit it is, is part of the query; who saw an older calendar is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.core.auth import Permission, Principal
from backend.core.errors import InvalidInput, NotFound, PreconditionFailed
from backend.places import service
from backend.places.calendar import Span
from backend.places.models import AdminUnit, CalendarDay, DayKind
from backend.places.queries import calendar_change
from backend.places.scope import unit_in_scope

MANAGE = Permission.CALENDAR_MANAGE
# Every count of a deadline reads them: two a week for years, and nothing that a slip of a program could fill.
MOST_DAYS = 500

Spans = Mapping[int, Sequence[Span]]


def set_hours(
    session: Session, actor: Principal, code: str, expected: int, spans: Spans
) -> AdminUnit:
    """Give the unit office hours of its own: weekday (0 Monday) -> spans; the whole week.

    Raises:
        NotFound: no such unit, or not the actor's.
        PreconditionFailed: somebody changed the calendar since version ``expected``.
        InvalidInput: spans overlap.
    """
    unit = _take(session, actor, code, expected)
    wanted = {weekday: _joined(day) for weekday, day in spans.items() if day}
    service.set_hours(session, unit.id, wanted, actor=actor)
    return unit


def inherit_hours(session: Session, actor: Principal, code: str, expected: int) -> AdminUnit:
    """Go back to the hours of the province or the country.

    Raises:
        NotFound, PreconditionFailed: as above.
    """
    unit = _take(session, actor, code, expected)
    service.set_hours(session, unit.id, {}, actor=actor)
    return unit


def set_day(
    session: Session,
    actor: Principal,
    code: str,
    expected: int,
    day: date,
    kind: DayKind,
    note: str,
) -> AdminUnit:
    """Say what a day is in this unit, whatever was said before.

    Raises:
        NotFound, PreconditionFailed: as above.
        InvalidInput: the unit has more days of its own than any office needs.
    """
    unit = _take(session, actor, code, expected)
    if _own_day(session, unit, day) is None:
        number = session.scalar(
            select(func.count()).select_from(CalendarDay).where(CalendarDay.unit_id == unit.id)
        )
        if (number or 0) >= MOST_DAYS:
            raise InvalidInput({"day": ["too_many"]}, "places.too_many_days", limit=MOST_DAYS)
    service.set_day(session, unit.id, day, kind, note, actor=actor)
    return unit


def inherit_day(
    session: Session, actor: Principal, code: str, expected: int, day: date
) -> AdminUnit:
    """Take back what the unit said about a day.

    Raises:
        NotFound: as above, or it said nothing about that day.
        PreconditionFailed: as above.
    """
    unit = _take(session, actor, code, expected)
    if _own_day(session, unit, day) is None:
        raise NotFound("places.day_not_set")
    service.set_day(session, unit.id, day, None, actor=actor)
    return unit


def _take(session: Session, actor: Principal, code: str, expected: int) -> AdminUnit:
    unit = unit_in_scope(session, actor, MANAGE, code)
    service.hold_calendar(session, unit.id)
    last = calendar_change(session, unit.id)
    version = last.version if last else 0
    if version != expected:
        raise PreconditionFailed(current_version=version)
    return unit


def _own_day(session: Session, unit: AdminUnit, day: date) -> CalendarDay | None:
    return session.scalar(
        select(CalendarDay).where(CalendarDay.unit_id == unit.id, CalendarDay.day == day)
    )


def _joined(spans: Sequence[Span]) -> list[Span]:
    """In order; what touches is one span."""
    joined: list[Span] = []
    for opens, closes in sorted(spans):
        if joined and joined[-1][1] == opens:
            joined[-1] = (joined[-1][0], closes)
        else:
            joined.append((opens, closes))
    return joined
