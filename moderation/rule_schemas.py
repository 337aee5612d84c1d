"""Shapes of routing rules on the wire."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema as PlainSchema
from marshmallow import fields, validate

from backend.core.api import (
    Choice,
    Latitude,
    Longitude,
    PlainText,
    Schema,
    Timestamp,
    Uuid,
    code,
)
from backend.feedback.models import Policy
from backend.places.schemas import unit_code
from moderation.models import FeedbackCategory, FeedbackKind, LegalType, Urgency
from moderation.routing import (
    FARTHEST_M,
    LONGEST_KEYWORD,
    MOST_KEYWORDS,
    MOST_NAMED,
    MOST_RULES,
    NEAREST_M,
)


def _list(inner: fields.Field[Any], most: int = MOST_NAMED) -> fields.List[Any]:
    bounds = [validate.Length(min=1, error="required"), validate.Length(max=most, error="too_many")]
    return fields.List(inner, validate=bounds)


class CircleSchema(Schema):
    """Everything at most so far away (WGS 84, along the ellipsoid)."""

    latitude = Latitude(required=True)
    longitude = Longitude(required=True)
    metres = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(NEAREST_M, FARTHEST_M, error="out_of_range"),
        metadata={"example": 500},
    )


class GeometrySchema(Schema):
    """GeoJSON (RFC 7946); at most 500 positions, closed rings that do not cross themselves."""

    type = fields.String(
        required=True,
        validate=validate.OneOf(["Polygon", "MultiPolygon"], error="not_a_polygon"),
    )
    coordinates = fields.List(fields.Raw(), required=True)


class RuleConditionsSchema(Schema):
    """What must hold, all of it; a list holds when one of its members does. Left out: it does not matter."""

    category = _list(Choice(FeedbackCategory))
    kind = _list(Choice(FeedbackKind))
    legal_type = _list(Choice(LegalType))
    urgency = _list(Choice(Urgency))
    policy = _list(Choice(Policy))
    unit_codes = _list(code(r"\d{5}", metadata={"example": "23798"}))
    community_ids = _list(Uuid())
    working_time = fields.Boolean(
        truthy={True}, falsy={False}, metadata={"description": "within office hours, or outside"}
    )
    radius = fields.Nested(CircleSchema)
    polygon = fields.Nested(GeometrySchema)
    keywords = _list(
        PlainText(max_length=LONGEST_KEYWORD, min_length=1, metadata={"example": "tiêm chủng"}),
        MOST_KEYWORDS,
    )


def _department(**kwargs: Any) -> fields.String:
    about = "code of a department of the unit; of a province: one that its communes have; null: the front desk"
    return code(
        r"[a-z0-9_-]{1,40}",
        allow_none=True,
        metadata={"example": "tram_y_te", "description": about},
        **kwargs,
    )


class RuleTableQuery(Schema):
    """Whose rules."""

    unit = unit_code(required=True)


class RuleIn(Schema):
    """A new rule of a unit."""

    unit = unit_code(required=True)
    name = PlainText(max_length=120, min_length=1, required=True)
    conditions = fields.Nested(RuleConditionsSchema, required=True)
    department = _department(required=True)
    active = fields.Boolean(load_default=True)
    position = fields.Integer(
        strict=True,
        load_default=None,
        allow_none=True,
        validate=validate.Range(1, MOST_RULES, error="out_of_range"),
        metadata={"description": "place among the unit's own rules, 1 is asked first; null: last"},
    )


class RulePatch(Schema):
    """What changes."""

    name = PlainText(max_length=120, min_length=1)
    conditions = fields.Nested(RuleConditionsSchema)
    department = _department()
    active = fields.Boolean(metadata={"description": "a rule is switched off, never deleted"})


class RuleTrialIn(RuleIn):
    """A rule as it would be; `rule_id`: in place of that one, where that one stands unless `position` says otherwise."""

    name = PlainText(max_length=120, load_default="")
    rule_id = Uuid(load_default=None, allow_none=True)


class RuleOrderIn(Schema):
    """All rules of the unit itself, in the order in which they shall be asked."""

    unit = unit_code(required=True)
    order = fields.List(
        Uuid(), required=True, validate=validate.Length(max=MOST_RULES, error="too_many")
    )


class NamedCode(PlainSchema):
    code = fields.String(required=True, metadata={"example": "tram_y_te"})
    name = fields.String(required=True, metadata={"example": "Trạm y tế"})


class RuleFaultSchema(PlainSchema):
    """Why a rule cannot be followed."""

    code = fields.String(required=True, metadata={"example": "department_gone"})
    condition = fields.String(required=True, allow_none=True)


class RoutingRuleSchema(Schema):
    """One row of the routing table."""

    id = fields.String(required=True)
    position = fields.Integer(required=True)
    name = fields.String(required=True)
    version = fields.Integer(required=True)
    active = fields.Boolean(required=True)
    conditions = fields.Dict(required=True, metadata={"description": "see RuleConditions"})
    owner = fields.String(
        required=True, metadata={"enum": ["unit", "province", "country"], "example": "unit"}
    )
    unit = fields.String(
        required=True, allow_none=True, metadata={"description": "whose; null: the whole country's"}
    )
    department = fields.Nested(
        NamedCode, required=True, allow_none=True, metadata={"description": "null: the front desk"}
    )
    editable = fields.Boolean(required=True)
    skipped = fields.Boolean(
        required=True, metadata={"description": "the unit has no such department: never asked here"}
    )
    hides_rest = fields.Boolean(
        required=True, metadata={"description": "it always holds: what stands below is never asked"}
    )
    fault = fields.Nested(
        RuleFaultSchema,
        required=True,
        allow_none=True,
        metadata={"description": "it fails, and what reaches it goes to the front desk"},
    )
    changed_at = Timestamp(required=True)
    changed_by = fields.String(required=True, allow_none=True)
    decided = fields.Integer(
        required=True, metadata={"description": "cases of the last 30 days that it decided"}
    )


class RoutingTableSchema(PlainSchema):
    """The rules of a unit in the order in which they are asked: its own, its province's, the country's."""

    version = fields.Integer(
        required=True, metadata={"description": "of the unit's own list; for `If-Match`"}
    )
    items = fields.List(fields.Nested(RoutingRuleSchema), required=True)
    departments = fields.List(
        fields.Nested(NamedCode), required=True, metadata={"description": "that a rule may name"}
    )
    complete = fields.Boolean(
        required=True, metadata={"description": "the last rule takes whatever is left"}
    )
    decided_of = fields.Integer(
        required=True,
        metadata={"description": "cases that `decided` was counted over, 2,000 at most"},
    )


class RuleVersionSchema(PlainSchema):
    """A rule as it stood."""

    version = fields.Integer(required=True)
    name = fields.String(required=True)
    active = fields.Boolean(required=True)
    position = fields.Integer(required=True)
    conditions = fields.Dict(required=True)
    department = fields.Nested(NamedCode, required=True, allow_none=True)
    changed_at = Timestamp(required=True)
    changed_by = fields.String(required=True, allow_none=True)
    failed_at = Timestamp(required=True, allow_none=True)


class RuleVersionsSchema(PlainSchema):
    items = fields.List(fields.Nested(RuleVersionSchema), required=True)


class TrialPlaceSchema(PlainSchema):
    """Who decides, and where the case goes."""

    rule = fields.String(required=True, allow_none=True)
    department = fields.String(required=True, allow_none=True)


class TrialCaseSchema(PlainSchema):
    id = fields.String(required=True)
    tracking_code = fields.String(required=True, metadata={"example": "GL-7K4M-92QX"})
    excerpt = fields.String(required=True)
    created_at = Timestamp(required=True)
    before = fields.Nested(TrialPlaceSchema, required=True, data_key="from")
    after = fields.Nested(TrialPlaceSchema, required=True, data_key="to")


class RuleTrialSchema(PlainSchema):
    """What the rule would have done to the newest cases that the caller may read."""

    examined = fields.Integer(required=True)
    decided = fields.Integer(required=True, metadata={"description": "this rule would decide them"})
    changed = fields.Integer(
        required=True, metadata={"description": "they would go to another department"}
    )
    cases = fields.List(
        fields.Nested(TrialCaseSchema),
        required=True,
        metadata={"description": "the first 100 of those changed, newest first"},
    )


class ReplyTemplateSchema(PlainSchema):
    """Words to start a reply from."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    language = fields.String(required=True)
    category = fields.String(required=True, allow_none=True)
    body = fields.String(required=True)


class ReplyTemplatesSchema(PlainSchema):
    items = fields.List(fields.Nested(ReplyTemplateSchema), required=True)
