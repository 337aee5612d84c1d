"""Shapes of the places room on the wire."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import date, time
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from backend.core.api import (
    Choice,
    Day,
    Latitude,
    Longitude,
    PlainText,
    Schema,
    Timestamp,
    Uuid,
    code,
)
from backend.places.calendar import DayType
from backend.places.found import Method, Reason
from backend.places.hours import read_hour, write_hour
from backend.places.models import (
    BEFORE_RECORDS,
    CalendarSource,
    CommunityKind,
    DayKind,
    SuccessionKind,
    UnitKind,
)

CODE_EXAMPLE = {"example": "23798", "description": "administrative code (Decision 19/2025)"}
MOST_COMMUNES = 200


def unit_code(**kwargs: Any) -> fields.String:
    """Code of a commune or a province."""
    about = {"example": "23798", "description": "code of a commune or province"}
    return code(r"\d{2}|\d{5}", metadata=about, **kwargs)


class Since(fields.Date):
    """First day of a unit; null when it is older than the records."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_none=True, **kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        known = None if value == BEFORE_RECORDS else value
        return super()._serialize(known, attr, obj, **kwargs)


class UnitRef(Schema):
    """A unit named in passing."""

    code = fields.String(required=True, metadata=CODE_EXAMPLE)
    name = fields.String(required=True)


class ProvinceSchema(Schema):
    code = fields.String(required=True, metadata={"example": "52"})
    name = fields.String(required=True, metadata={"example": "Gia Lai"})
    full_name = fields.String(required=True, metadata={"example": "Tỉnh Gia Lai"})
    short_code = fields.String(
        required=True, metadata={"description": "prefix of tracking codes", "example": "GL"}
    )
    latitude = fields.Float(required=True, allow_none=True)
    longitude = fields.Float(required=True, allow_none=True)
    commune_count = fields.Integer(
        required=True, metadata={"description": "communes known here; 0 where none were imported"}
    )


class ProvinceList(Schema):
    items = fields.List(fields.Nested(ProvinceSchema), required=True)


class MatchSchema(Schema):
    """Which name or code was typed, and why it leads to this commune."""

    name = fields.String(required=True, metadata={"example": "Xã Đak Jơ Ta"})
    code = fields.String(required=True, metadata=CODE_EXAMPLE)
    district = fields.String(
        required=True, allow_none=True, metadata={"description": "of a former unit"}
    )
    valid_from = Since(required=True)
    valid_to = fields.Date(required=True, allow_none=True)
    reason = Choice(Reason, required=True)


class CommuneSchema(Schema):
    code = fields.String(required=True, metadata=CODE_EXAMPLE)
    name = fields.String(required=True, metadata={"example": "Ayun"})
    full_name = fields.String(required=True, metadata={"example": "Xã Ayun"})
    kind = Choice(UnitKind, required=True)
    province = fields.Nested(UnitRef, required=True)
    latitude = fields.Float(required=True, allow_none=True)
    longitude = fields.Float(required=True, allow_none=True)
    valid_from = Since(required=True)
    valid_to = fields.Date(required=True, allow_none=True)
    staffed = fields.Boolean(
        required=True, metadata={"description": "somebody in this commune works with the system"}
    )
    matched = fields.Nested(MatchSchema, required=True, allow_none=True)


class CommuneList(Schema):
    items = fields.List(fields.Nested(CommuneSchema), required=True)


class PredecessorSchema(Schema):
    """A unit that this one was made from."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    district = fields.String(required=True, allow_none=True)
    valid_from = Since(required=True)
    valid_to = fields.Date(required=True, allow_none=True)
    kind = Choice(SuccessionKind, required=True)
    effective_on = fields.Date(required=True)
    legal_basis = fields.String(required=True, allow_none=True)


class CommuneDetailSchema(CommuneSchema):
    predecessors = fields.List(fields.Nested(PredecessorSchema), required=True)
    hotline = fields.String(required=True, allow_none=True)
    languages = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "languages it publishes in", "example": ["vi", "bdq"]},
    )


class CommunitySchema(Schema):
    id = Uuid(required=True)
    code = fields.String(required=True)
    kind = Choice(CommunityKind, required=True)
    name = fields.String(required=True)
    latitude = fields.Float(required=True, allow_none=True)
    longitude = fields.Float(required=True, allow_none=True)


class CommunityList(Schema):
    items = fields.List(fields.Nested(CommunitySchema), required=True)


class CandidateSchema(Schema):
    commune = fields.Nested(CommuneSchema, required=True)
    distance_m = fields.Integer(
        required=True, metadata={"description": "from its centre, in metres"}
    )


class LocatedSchema(Schema):
    method = Choice(
        Method,
        required=True,
        metadata={"description": "`boundary`: certain; `nearest_centres`: guesses to choose from"},
    )
    candidates = fields.List(fields.Nested(CandidateSchema), required=True)


class CommuneQuery(Schema):
    q = PlainText(
        max_length=100,
        load_default="",
        metadata={
            "description": "name or code, today's or a former one, with or without diacritics",
            "example": "dak jo ta",
        },
    )
    province = code(r"[0-9]{2}", load_default=None, metadata={"example": "52"})
    at = fields.Date(
        load_default=None, metadata={"description": "the day to answer for; today when absent"}
    )
    limit = fields.Integer(
        load_default=20, validate=validate.Range(1, MOST_COMMUNES, error="out_of_range")
    )


class DayQuery(Schema):
    at = fields.Date(
        load_default=None, metadata={"description": "the day to answer for; today when absent"}
    )


class PositionQuery(Schema):
    lat = Latitude(required=True, metadata={"example": 14.1434})
    lon = Longitude(required=True, metadata={"example": 108.313})


FIRST_YEAR, LAST_YEAR = 2020, 2100
_DAYS_OF_WEEK, _MOST_SPANS = 7, 4


class Hour(fields.Field[time]):
    """An hour of the day, ``07:30``; the end of a day is ``24:00``."""

    default_error_messages = {  # noqa: RUF012 - declared so by marshmallow
        "required": "required",
        "null": "required",
        "invalid": "not_an_hour",
    }

    def __init__(self, **kwargs: Any) -> None:
        pattern = "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"
        super().__init__(
            metadata={"type": "string", "pattern": pattern, "example": "07:30"}, **kwargs
        )

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        del attr, obj, kwargs
        return write_hour(value)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> time:
        del attr, data, kwargs
        try:
            return read_hour(value)
        except (TypeError, ValueError) as error:
            raise self.make_error("invalid") from error


class OfficeSpan(Schema):
    """One stretch of office hours; a morning and an afternoon are two."""

    opens = Hour(required=True)
    closes = Hour(required=True)

    @validates_schema
    def _in_order(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data["opens"] >= data["closes"]:
            raise ValidationError({"closes": ["before_opens"]})


def _week() -> fields.List[Any]:
    return fields.List(
        fields.List(
            fields.Nested(OfficeSpan), validate=validate.Length(max=_MOST_SPANS, error="too_many")
        ),
        required=True,
        validate=validate.Length(equal=_DAYS_OF_WEEK, error="seven_days"),
        metadata={"description": "Monday first; a day without office hours is empty"},
    )


class WeekIn(Schema):
    week = _week()

    @validates_schema
    def _sound(self, data: dict[str, Any], **_kwargs: Any) -> None:
        week = data["week"]
        if not any(week):
            raise ValidationError({"week": ["never_open"]})
        for weekday, day in enumerate(week):
            ordered = sorted((span["opens"], span["closes"]) for span in day)
            if any(nxt[0] < before[1] for before, nxt in itertools.pairwise(ordered)):
                raise ValidationError({"week": {weekday: ["overlap"]}})


class HoursView(Schema):
    week = _week()
    source = Choice(
        CalendarSource,
        required=True,
        metadata={"description": "whose hours they are; `usual`: nobody entered any"},
    )


class PlainCalendarDay(Schema):
    """A day explained."""

    day = fields.Date(required=True)
    type = Choice(DayType, required=True)
    note = fields.String(required=True, allow_none=True)
    spans = fields.List(fields.Nested(OfficeSpan), required=True)


class CalendarDayView(PlainCalendarDay):
    source = Choice(
        CalendarSource,
        required=True,
        metadata={"description": "`country`: national holidays among them"},
    )
    inherited = fields.Nested(
        PlainCalendarDay,
        required=True,
        allow_none=True,
        metadata={"description": "what the day would be if the unit took its own word back"},
    )


class UnitCalendar(Schema):
    """A year of a unit's working time: the week, and the days that the week alone does not explain."""

    unit = fields.Nested(UnitRef, required=True)
    year = fields.Integer(required=True)
    version = fields.Integer(required=True)
    changed_at = Timestamp(required=True, allow_none=True)
    hours = fields.Nested(HoursView, required=True)
    inherited_hours = fields.Nested(HoursView, required=True)
    days = fields.List(fields.Nested(CalendarDayView), required=True)
    national_days_known = fields.Boolean(
        required=True, metadata={"description": "false for years too far ahead"}
    )


class CalendarQuery(Schema):
    year = fields.Integer(
        load_default=None,
        validate=validate.Range(FIRST_YEAR, LAST_YEAR, error="out_of_range"),
        metadata={"description": "the year to show; this year when absent"},
    )


class CalendarDate(Day):
    """A day that an office can plan for."""

    first, last = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)


class CalendarDayIn(Schema):
    kind = Choice(DayKind, required=True)
    note = PlainText(
        required=True,
        min_length=2,
        max_length=200,
        metadata={"description": "shown wherever a deadline is explained, to residents too"},
    )
