"""Shapes of the moderation room on the wire."""

from __future__ import annotations

from typing import Any

from marshmallow import INCLUDE, fields, validate
from marshmallow import Schema as PlainSchema

from backend.core.api import Choice, PageArgs, PlainText, Schema, Timestamp, Uuid, code
from moderation.filters import Sort, View
from moderation.models import (
    CaseState,
    FeedbackCategory,
    FeedbackKind,
    LegalType,
    Outcome,
    Urgency,
)

LONG = 10_000
REASON = 2_000


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


class _Named(PlainSchema):
    id = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)


class _UnitRef(PlainSchema):
    code = fields.String(required=True, metadata={"example": "23798"})
    name = fields.String(required=True, metadata={"example": "Xã Ayun"})


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
    lead_department = fields.Nested(_Named, required=True, allow_none=True)
    assignee = fields.Nested(_Named, required=True, allow_none=True)
    unit = fields.Nested(_UnitRef, required=True)
    due_at = Timestamp(required=True)
    intake_due_at = Timestamp(required=True)
    stage = fields.String(required=True, allow_none=True)
    is_overdue = fields.Boolean(required=True)
    paused = fields.Boolean(required=True)
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


class CaseCountsSchema(PlainSchema):
    """How many open cases there are, within the filters."""

    by_view = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    by_state = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    by_urgency = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    by_category = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    by_legal_type = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class _OpenSchema(PlainSchema):
    """An answer with further members than those promised here."""

    class Meta:
        unknown = INCLUDE


class CaseSchema(_OpenSchema):
    """A case in full; further members are described in docs/moderation.md."""

    id = fields.String(required=True)
    version = fields.Integer(required=True, metadata={"description": "send it back as `If-Match`"})
    tracking_code = fields.String(required=True)
    state = Choice(CaseState, required=True)
    text = fields.String(required=True)
    suggestion = fields.Dict(required=True)
    routing = fields.Dict(required=True)
    clock = fields.Dict(required=True)
    events = fields.List(fields.Dict(), required=True)
    messages = fields.List(fields.Dict(), required=True)
    attachments = fields.List(fields.Dict(), required=True)
    evidence = fields.List(fields.Dict(), required=True)
    allowed_moves = fields.List(fields.Dict(), required=True)
    reporter = fields.Dict(required=True)


class MovedCaseSchema(_OpenSchema):
    """The case after a move; in full as long as the caller may still see it."""

    id = fields.String(required=True)
    version = fields.Integer(required=True, metadata={"description": "send it back as `If-Match`"})
    state = Choice(CaseState, required=True)
    allowed_moves = fields.List(fields.Dict())
    events = fields.List(fields.Dict())


def _long(**kwargs: Any) -> PlainText:
    return PlainText(max_length=LONG, multiline=True, **kwargs)


def _reason(**kwargs: Any) -> PlainText:
    return PlainText(max_length=REASON, multiline=True, **kwargs)


class MoveSchema(Schema):
    """What may come with a move; which of it must, the table of moves says (422 names what is missing)."""

    category = Choice(FeedbackCategory)
    kind = Choice(FeedbackKind)
    urgency = Choice(Urgency)
    complex = fields.Boolean(truthy={True}, falsy={False})
    legal_type = Choice(LegalType)
    department_id = Uuid()
    staff_id = Uuid(allow_none=True)
    unit_code = code()
    text = _long()
    public = fields.Boolean(truthy={True}, falsy={False})
    outcome = Choice(Outcome)
    reply = _long()
    planned_on = fields.Date(
        allow_none=True, error_messages={"invalid": "not_a_date", "null": "required"}
    )
    other_body = PlainText(max_length=200, allow_none=True)
    evidence_upload_ids = fields.List(Uuid(), validate=validate.Length(max=20, error="too_many"))
    reason = _reason()
    override_reason = _reason(allow_none=True)
    note = _reason(allow_none=True)
    into = PlainText(max_length=20)


class SpanSchema(PlainSchema):
    """What a detector found in the original."""

    start = fields.Integer(required=True)
    end = fields.Integer(required=True)
    kind = fields.String(required=True)
    detector = fields.String(required=True)


class PublicationSchema(PlainSchema):
    """What would be public, and what to look at first."""

    version = fields.Integer(required=True)
    original_text = fields.String(required=True)
    title = fields.String(required=True)
    masked_text = fields.String(required=True)
    spans = fields.List(fields.Nested(SpanSchema), required=True)
    reply = fields.String(required=True)
    outcome = Choice(Outcome, required=True, allow_none=True)
    planned_on = fields.Date(required=True, allow_none=True)
    other_body = fields.String(required=True, allow_none=True)
    place_text = fields.String(required=True, allow_none=True)
    attachments = fields.List(
        fields.Dict(),
        required=True,
        metadata={"description": "files that may be shown; `selected` says which the draft shows"},
    )
    warnings = fields.List(fields.Dict(), required=True)
    drafted = fields.Boolean(required=True)
    published = fields.Boolean(required=True)


class PublicationDraftSchema(Schema):
    """The public version as a person wants it."""

    title = PlainText(max_length=200, required=True)
    masked_text = PlainText(max_length=LONG, multiline=True, required=True)
    reply = PlainText(max_length=LONG, multiline=True, required=True)
    attachment_ids = fields.List(
        Uuid(), load_default=list, validate=validate.Length(max=20, error="too_many")
    )
    place_text = PlainText(max_length=300, load_default=None, allow_none=True)


class IdentityReasonSchema(Schema):
    """Why somebody has to know."""

    reason = PlainText(max_length=500, min_length=5, required=True)


class IdentitySchema(PlainSchema):
    """Who sent it; that it was read is on record."""

    name = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True, metadata={"example": "+84905123456"})


class RoutingRuleSchema(PlainSchema):
    """One row of the routing table."""

    id = fields.String(required=True)
    position = fields.Integer(required=True)
    name = fields.String(required=True)
    version = fields.Integer(required=True)
    active = fields.Boolean(required=True)
    conditions = fields.Dict(required=True)
    unit = fields.String(required=True, allow_none=True)
    department = fields.String(required=True, allow_none=True)


class RoutingRulesSchema(PlainSchema):
    items = fields.List(fields.Nested(RoutingRuleSchema), required=True)


class ReplyTemplateSchema(PlainSchema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    language = fields.String(required=True)
    category = fields.String(required=True, allow_none=True)
    body = fields.String(required=True)


class ReplyTemplatesSchema(PlainSchema):
    items = fields.List(fields.Nested(ReplyTemplateSchema), required=True)


class HandlerSchema(PlainSchema):
    id = fields.String(required=True)
    name = fields.String(required=True)


class HandlersSchema(PlainSchema):
    """Whom a case may be given to."""

    items = fields.List(fields.Nested(HandlerSchema), required=True)
