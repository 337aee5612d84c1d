"""The working time of a unit over a year as officials see it: what holds, who said so, and what holds without them."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from backend.places.calendar import WorkDay, make_up_days, national_holidays
from backend.places.models import AdminUnit, CalendarSource
from backend.places.queries import CalendarLayers, Week, calendar_change, calendar_layers

_LAYERS = (CalendarSource.COUNTRY, CalendarSource.PROVINCE, CalendarSource.UNIT)


def year_of(session: Session, unit: AdminUnit, year: int) -> dict[str, Any]:
    """Everything about the calendar of ``unit`` in ``year``; what ``UnitCalendar`` dumps."""
    # The version first: who changes what was stored since must not be taken for somebody who has seen it.
    last = calendar_change(session, unit.id)
    layers = calendar_layers(session, unit.id, date(year, 1, 1), date(year, 12, 31))
    above = layers.without_own()
    return {
        "unit": {"code": unit.code, "name": unit.full_name},
        "year": year,
        "version": last.version if last else 0,
        "changed_at": last.at if last else None,
        "hours": _hours(layers),
        "inherited_hours": _hours(above),
        "days": _days(layers, above, year),
        "national_days_known": any(day.year == year for day in national_holidays()),
    }


def _hours(layers: CalendarLayers) -> dict[str, Any]:
    said = [source for source, week in zip(_LAYERS, layers.weeks, strict=True) if week]
    week: Week = layers.calendar().week
    return {
        "source": said[-1] if said else CalendarSource.USUAL,
        "week": [[{"opens": opens, "closes": closes} for opens, closes in day] for day in week],
    }


def _days(layers: CalendarLayers, above: CalendarLayers, year: int) -> list[dict[str, Any]]:
    """The days that the week alone does not explain, in order."""
    entered = [day for layer in layers.days for day in layer]
    differing = {
        day for day in (*entered, *national_holidays(), *make_up_days()) if day.year == year
    }
    calendar, inherited = layers.calendar(), above.calendar()
    shown = []
    for day in sorted(differing):
        said = [source for source, days in zip(_LAYERS, layers.days, strict=True) if day in days]
        source = said[-1] if said else CalendarSource.COUNTRY
        shown.append(
            {
                **_day(calendar.on(day)),
                "source": source,
                "inherited": _day(inherited.on(day)) if source is CalendarSource.UNIT else None,
            }
        )
    return shown


def _day(day: WorkDay) -> dict[str, Any]:
    spans = [{"opens": opens, "closes": closes} for opens, closes in day.spans]
    return {"day": day.day, "type": day.type, "note": day.note, "spans": spans}
