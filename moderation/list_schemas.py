"""Shapes of the work list on the wire: its filters, its rows, its counts."""

from __future__ import annotations

from marshmallow import Schema as PlainSchema
from marshmallow import fields

from backend.core.api import Choice, PageArgs, PlainText, Schema, Timestamp, Uuid, code
from moderation.filters import Sort, View
from moderation.models import CaseState, FeedbackCategory, FeedbackKind, LegalType, Urgency
from moderation.schemas import RECOUNTING, NamedSchema, UnitRefSchema


class CaseFilterArgs(Schema):
    """What the work list and its counts are narrowed to."""

    view = Choice(
        View,
        load_default=View.ALL,
        metadata={"description": "open cases, except `closed`: those that left the queue"},
    )
    state = Choice(CaseState, load_default=None)
    category = Choice(FeedbackCategory, load_default=None)
    urgency = Choice(Urgency, load_default=None)
    legal_type = Choice(LegalType, load_default=None)
    department = Uuid(load_default=None)
    assignee = Uuid(load_default=None)
    commune = code(load_default=None)
    q = PlainText(
        max_length=200,
        load_default=None,
        metadata={
            "description": "words of the text, with or without diacritics, or a tracking code"
        },
    )


class CaseListArgs(CaseFilterArgs, PageArgs):
    """Filters, order and place of a page."""

    sort = Choice(
        Sort,
        load_default=Sort.DUE,
        metadata={"description": "finished cases always come newest first"},
    )


class CaseItemSchema(PlainSchema):
    """A row of the work list."""

    id = fields.String(required=True)
    tracking_code = fields.String(required=True, metadata={"example": "GL-7K4M-92QX"})
    excerpt = fields.String(required=True)
    state = Choice(CaseState, required=True)
    state_label = fields.String(required=True)
    kind = Choice(FeedbackKind, required=True)
    kind_label = fields.String(required=True)
    category = Choice(FeedbackCategory, required=True)
    category_label = fields.String(required=True)
    urgency = Choice(Urgency, required=True)
    complex = fields.Boolean(required=True)
    legal_type = Choice(LegalType, required=True)
    legal_confirmed = fields.Boolean(required=True)
    lead_department = fields.Nested(NamedSchema, required=True, allow_none=True)
    assignee = fields.Nested(NamedSchema, required=True, allow_none=True)
    unit = fields.Nested(UnitRefSchema, required=True)
    due_at = Timestamp(required=True)
    intake_due_at = Timestamp(required=True)
    stage = fields.String(required=True, allow_none=True)
    is_overdue = fields.Boolean(required=True)
    paused = fields.Boolean(required=True)
    working_minutes_left = fields.Integer(
        required=True,
        allow_none=True,
        metadata={
            "description": "of the unit's working time until the running stage is due; negative when overdue; "
            "null while paused and once it is over",
            "example": 315,
        },
    )
    recounting = fields.Boolean(required=True, metadata={"description": RECOUNTING})
    created_at = Timestamp(required=True)
    has_photos = fields.Boolean(required=True)
    awaiting = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "whose turn it is: triage, handler, resident, leader; null when done"
        },
    )
    published = fields.Boolean(required=True)
    version = fields.Integer(required=True)


class CasePageSchema(PlainSchema):
    """A page of the work list."""

    items = fields.List(fields.Nested(CaseItemSchema), required=True)
    next_cursor = fields.String(
        required=True, allow_none=True, metadata={"description": "null on the last page"}
    )
    truncated = fields.Boolean(
        required=True,
        metadata={"description": "more cases hold the words of `q` than were looked at"},
    )


class CaseCountsSchema(PlainSchema):
    """How many open cases there are, within the filters; no number goes beyond 2,000."""

    at_least = fields.List(
        Choice(View),
        required=True,
        metadata={
            "description": "views whose number is a lower bound: of more than 2,000 open cases the most pressing "
            "are counted; with `all` among them the numbers by state, urgency and so on are lower bounds too"
        },
    )
    by_view = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    by_state = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    by_urgency = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    by_category = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    by_legal_type = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
