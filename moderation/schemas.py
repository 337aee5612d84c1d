"""Shapes of one case on the wire: everything about it, and what may come with a move."""

from __future__ import annotations

from typing import Any

from marshmallow import INCLUDE, fields, validate
from marshmallow import Schema as PlainSchema

from backend.core.api import Choice, PlainText, Schema, Timestamp, Uuid, code
from backend.feedback.models import Identity
from moderation.models import (
    CaseState,
    ClockMove,
    EventType,
    FeedbackCategory,
    FeedbackKind,
    LegalType,
    Outcome,
    Stage,
    Urgency,
)

LONG = 10_000
RECOUNTING = "the unit's calendar changed a moment ago; these dates may still be those of before"
REASON = 2_000


class NamedSchema(PlainSchema):
    id = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)


class UnitRefSchema(PlainSchema):
    code = fields.String(required=True, metadata={"example": "23798"})
    name = fields.String(required=True, metadata={"example": "Xã Ayun"})


class _OpenSchema(PlainSchema):
    """An answer with further members than those promised here."""

    class Meta:
        unknown = INCLUDE


class _FileSchema(PlainSchema):
    id = fields.String(required=True)
    kind = fields.String(required=True, metadata={"description": "photo, voice, document"})
    state = fields.String(required=True, metadata={"description": "served once it is `clean`"})
    name = fields.String(required=True, allow_none=True)
    url = fields.String(required=True, allow_none=True)
    thumbnail_url = fields.String(required=True, allow_none=True)


class _EvidenceSchema(_FileSchema):
    role = fields.String(required=True, metadata={"description": "before, after, document"})


class _CaseMessageSchema(PlainSchema):
    id = fields.String(required=True)
    from_ = fields.String(
        required=True, data_key="from", metadata={"description": "resident, official"}
    )
    kind = fields.String(required=True)
    text = fields.String(required=True)
    public = fields.Boolean(
        required=True,
        metadata={"description": "its author would have it public; the public version decides"},
    )
    at = Timestamp(required=True)
    author = fields.Nested(NamedSchema, required=True, allow_none=True)
    attachments = fields.List(fields.Nested(_FileSchema), required=True)


class _ClockEntrySchema(PlainSchema):
    stage = Choice(Stage, required=True)
    move = Choice(ClockMove, required=True)
    label = fields.String(required=True)
    at = Timestamp(required=True)
    minutes = fields.Integer(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    actor = fields.Nested(NamedSchema, required=True, allow_none=True)


class _CountedDaySchema(PlainSchema):
    day = fields.Date(required=True)
    counted_minutes = fields.Integer(required=True)
    paused_minutes = fields.Integer(required=True)
    why = fields.String(required=True)
    why_code = fields.String(required=True)


class CaseClockSchema(PlainSchema):
    """Where the clock stands, counted in the unit's working time."""

    stage = Choice(Stage, required=True, allow_none=True)
    started_at = Timestamp(required=True, allow_none=True)
    due_at = Timestamp(required=True)
    paused = fields.Boolean(required=True)
    paused_since = Timestamp(required=True, allow_none=True)
    round_the_clock = fields.Boolean(required=True)
    policy = fields.Dict(required=True)
    allowance_minutes = fields.Integer(required=True, allow_none=True)
    elapsed_minutes = fields.Integer(required=True, allow_none=True)
    working_minutes_left = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "negative when overdue; null while paused and once it is over"},
    )
    recounting = fields.Boolean(required=True, metadata={"description": RECOUNTING})
    entries = fields.List(fields.Nested(_ClockEntrySchema), required=True)
    explanation = fields.List(fields.Nested(_CountedDaySchema), required=True)


class _ActorSchema(PlainSchema):
    id = fields.String(required=True, allow_none=True)
    name = fields.String(required=True)


class CaseEventSchema(PlainSchema):
    """One line of the history."""

    id = fields.String(required=True)
    seq = fields.Integer(required=True)
    at = Timestamp(required=True)
    type = Choice(EventType, required=True)
    actor = fields.Nested(_ActorSchema, required=True)
    summary = fields.String(required=True)
    from_state = Choice(CaseState, required=True, allow_none=True)
    to_state = Choice(CaseState, required=True, allow_none=True)
    detail = fields.Dict(
        required=True, allow_none=True, metadata={"description": "null once it was erased"}
    )


class _MissingSchema(PlainSchema):
    need = fields.String(required=True)
    label = fields.String(required=True)


class CaseMoveSchema(PlainSchema):
    """A move that is open to the caller."""

    move = fields.String(required=True)
    label = fields.String(required=True)
    requires = fields.List(
        fields.String(), required=True, metadata={"description": "members of its body"}
    )
    missing = fields.List(
        fields.Nested(_MissingSchema),
        required=True,
        metadata={"description": "facts of the case that still stand in its way"},
    )


class _SubjectSchema(PlainSchema):
    kind = fields.String(required=True)
    id = fields.String(required=True)


class _ReporterSchema(PlainSchema):
    identity = Choice(Identity, required=True)
    has_name = fields.Boolean(required=True)
    has_phone = fields.Boolean(required=True)
    readable = fields.Boolean(
        required=True, metadata={"description": "the caller may ask who it is, on record"}
    )


class CaseSchema(PlainSchema):
    """A case in full; docs/moderation.md says what its members mean."""

    id = fields.String(required=True)
    version = fields.Integer(required=True, metadata={"description": "send it back as `If-Match`"})
    tracking_code = fields.String(required=True)
    state = Choice(CaseState, required=True)
    state_label = fields.String(required=True)
    awaiting = fields.String(required=True, allow_none=True)
    text = fields.String(required=True)
    place_text = fields.String(required=True, allow_none=True)
    latitude = fields.Float(required=True, allow_none=True)
    longitude = fields.Float(required=True, allow_none=True)
    accuracy_m = fields.Float(required=True, allow_none=True)
    community = fields.Nested(NamedSchema, required=True, allow_none=True)
    subject = fields.Nested(_SubjectSchema, required=True, allow_none=True)
    policy = fields.String(required=True, allow_none=True)
    channel = fields.String(required=True)
    language = fields.String(required=True)
    created_at = Timestamp(required=True)
    unit = fields.Nested(UnitRefSchema, required=True)
    submitted_unit = fields.Nested(UnitRefSchema, required=True)
    category = Choice(FeedbackCategory, required=True)
    category_label = fields.String(required=True)
    kind = Choice(FeedbackKind, required=True)
    kind_label = fields.String(required=True)
    urgency = Choice(Urgency, required=True)
    complex = fields.Boolean(required=True)
    legal_type = Choice(LegalType, required=True)
    legal_confirmed = fields.Boolean(required=True)
    legal_confirmed_by = fields.Nested(NamedSchema, required=True, allow_none=True)
    restricted = fields.Boolean(required=True)
    suggestion = fields.Dict(required=True)
    lead_department = fields.Nested(NamedSchema, required=True, allow_none=True)
    assignee = fields.Nested(NamedSchema, required=True, allow_none=True)
    transfers = fields.Integer(required=True)
    routing = fields.Dict(required=True)
    clock = fields.Nested(CaseClockSchema, required=True)
    due_at = Timestamp(required=True)
    intake_due_at = Timestamp(required=True)
    is_overdue = fields.Boolean(required=True)
    outcome = Choice(Outcome, required=True, allow_none=True)
    reply = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "of the outcome; the resident reads it once it is approved"},
    )
    planned_on = fields.Date(required=True, allow_none=True)
    other_body = fields.String(required=True, allow_none=True)
    resolved_by = fields.Nested(NamedSchema, required=True, allow_none=True)
    approved_by = fields.Nested(NamedSchema, required=True, allow_none=True)
    published_at = Timestamp(required=True, allow_none=True)
    previewed = fields.Boolean(required=True)
    attachments = fields.List(fields.Nested(_FileSchema), required=True)
    messages = fields.List(fields.Nested(_CaseMessageSchema), required=True)
    evidence = fields.List(fields.Nested(_EvidenceSchema), required=True)
    events = fields.List(fields.Nested(CaseEventSchema), required=True)
    allowed_moves = fields.List(fields.Nested(CaseMoveSchema), required=True)
    reporter = fields.Nested(_ReporterSchema, required=True)


class MovedCaseSchema(_OpenSchema):
    """The case after a move; in full as long as the caller may still see it."""

    id = fields.String(required=True)
    version = fields.Integer(required=True, metadata={"description": "send it back as `If-Match`"})
    state = Choice(CaseState, required=True)
    allowed_moves = fields.List(fields.Nested(CaseMoveSchema))
    events = fields.List(fields.Nested(CaseEventSchema))


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


class IdentityReasonSchema(Schema):
    """Why somebody has to know."""

    reason = PlainText(max_length=500, min_length=5, required=True)


class IdentitySchema(PlainSchema):
    """Who sent it; that it was read is on record."""

    name = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True, metadata={"example": "+84905123456"})


class HandlerSchema(PlainSchema):
    id = fields.String(required=True)
    name = fields.String(required=True)


class HandlersSchema(PlainSchema):
    """Whom a case may be given to."""

    items = fields.List(fields.Nested(HandlerSchema), required=True)
