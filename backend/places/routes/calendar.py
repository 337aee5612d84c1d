"""The calendar of a unit in the console: office hours, and the days that differ from them."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response
from marshmallow import ValidationError
from sqlalchemy.orm import Session

from backend.core import clock
from backend.core.api import IF_MATCH, Blueprint, require_version, with_etag
from backend.core.auth import principal, staff
from backend.core.db import reading, transaction
from backend.core.errors import InvalidInput, NotFound
from backend.places import calendar_editing as editing
from backend.places import calendar_view
from backend.places.models import AdminUnit
from backend.places.schemas import CalendarDate, CalendarDayIn, CalendarQuery, UnitCalendar, WeekIn
from backend.places.scope import unit_in_scope

blp = Blueprint(
    "calendar", __name__, description="Working time of an office: hours, days off, days made up"
)
# The paths name If-Match: ``doc`` would describe it in the place of the query, not beside it.


@blp.route("/units/<string:code>/calendar")
@staff(editing.MANAGE)
@blp.arguments(CalendarQuery, location="query")
@blp.alt_response(200, schema=UnitCalendar)
def get_calendar(query: dict[str, Any], code: str) -> Response:
    """A year of a unit's working time, and where each part of it comes from."""
    with reading() as session:
        unit = unit_in_scope(session, principal(), editing.MANAGE, code)
        return _answer(session, unit, query)


@blp.route("/units/<string:code>/working-hours", methods=["PUT"], parameters=[IF_MATCH])
@staff(editing.MANAGE)
@blp.arguments(CalendarQuery, location="query")
@blp.arguments(WeekIn)
@blp.alt_response(200, schema=UnitCalendar)
def set_hours(query: dict[str, Any], body: dict[str, Any], code: str) -> Response:
    """Give the unit office hours of its own, the whole week at once; needs ``If-Match``."""
    version = require_version()
    spans = {
        weekday: [(span["opens"], span["closes"]) for span in day]
        for weekday, day in enumerate(body["week"])
    }
    with transaction() as session:
        unit = editing.set_hours(session, principal(), code, version, spans)
        session.flush()
        return _answer(session, unit, query)


@blp.route("/units/<string:code>/working-hours", methods=["DELETE"], parameters=[IF_MATCH])
@staff(editing.MANAGE)
@blp.arguments(CalendarQuery, location="query")
@blp.alt_response(200, schema=UnitCalendar)
def inherit_hours(query: dict[str, Any], code: str) -> Response:
    """Go back to the hours of the province or the country; needs ``If-Match``."""
    version = require_version()
    with transaction() as session:
        unit = editing.inherit_hours(session, principal(), code, version)
        session.flush()
        return _answer(session, unit, query)


@blp.route(
    "/units/<string:code>/calendar-days/<string:day>", methods=["PUT"], parameters=[IF_MATCH]
)
@staff(editing.MANAGE)
@blp.arguments(CalendarQuery, location="query")
@blp.arguments(CalendarDayIn)
@blp.alt_response(200, schema=UnitCalendar)
def set_day(query: dict[str, Any], body: dict[str, Any], code: str, day: str) -> Response:
    """Say what a day is in this unit, instead of what was said before; needs ``If-Match``."""
    version = require_version()
    try:
        wanted = CalendarDate().deserialize(day)
    except ValidationError as error:
        raise InvalidInput({"day": [str(each) for each in error.messages]}) from error
    with transaction() as session:
        unit = editing.set_day(session, principal(), code, version, wanted, **body)
        session.flush()
        return _answer(session, unit, query)


@blp.route(
    "/units/<string:code>/calendar-days/<string:day>", methods=["DELETE"], parameters=[IF_MATCH]
)
@staff(editing.MANAGE)
@blp.arguments(CalendarQuery, location="query")
@blp.alt_response(200, schema=UnitCalendar)
def inherit_day(query: dict[str, Any], code: str, day: str) -> Response:
    """Take back what the unit said about a day; needs ``If-Match``."""
    version = require_version()
    with transaction() as session:
        unit = editing.inherit_day(session, principal(), code, version, _day(day))
        session.flush()
        return _answer(session, unit, query)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotFound("places.day_not_set") from error


def _answer(session: Session, unit: AdminUnit, query: dict[str, Any]) -> Response:
    shown = calendar_view.year_of(session, unit, query["year"] or clock.today_local().year)
    return with_etag(UnitCalendar().dump(shown), shown["version"])
