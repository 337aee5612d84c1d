"""What goes in and out of the uploads routes as JSON."""

from __future__ import annotations

from marshmallow import fields, validate

from backend.core.api.fields import Choice, Schema, Timestamp, Uuid
from backend.uploads.models import Purpose, RejectReason, UploadState


class UploadSchema(Schema):
    """Where a file is on its way."""

    id = Uuid(required=True)
    state = Choice(UploadState, required=True)
    reason = Choice(RejectReason, required=True, allow_none=True)
    reason_text = fields.String(
        required=True, allow_none=True, metadata={"description": "why it was refused, in words"}
    )
    kind = Choice(Purpose, required=True)
    bytes = fields.Integer(required=True, metadata={"description": "announced length"})
    offset = fields.Integer(required=True, metadata={"description": "bytes stored"})
    expires_at = Timestamp(
        required=True, allow_none=True, metadata={"description": "until when it can be finished"}
    )


class ContentArgs(Schema):
    """Which form of a file, and the signature of a link that opens it."""

    variant = fields.String(
        load_default="1280", validate=validate.OneOf(["480", "1280"], error="unknown_choice")
    )
    until = fields.Integer(
        load_default=None, validate=validate.Range(0, 2**40, error="out_of_range")
    )
    signature = fields.String(
        load_default=None, validate=validate.Length(max=64, error="malformed")
    )
