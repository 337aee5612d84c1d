"""Shapes of a case's public version on the wire."""

from __future__ import annotations

from marshmallow import Schema as PlainSchema
from marshmallow import fields, validate

from backend.core.api import Choice, PlainText, Schema, Uuid
from moderation.models import Outcome
from moderation.schemas import LONG


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
