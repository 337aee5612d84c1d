"""Shapes of the places room on the wire."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from backend.core.api import Choice, Latitude, Longitude, PlainText, Schema, Uuid, code
from backend.places.found import Method, Reason
from backend.places.models import BEFORE_RECORDS, CommunityKind, SuccessionKind, UnitKind

CODE_EXAMPLE = {"example": "23798", "description": "administrative code (Decision 19/2025)"}
MOST_COMMUNES = 200


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
