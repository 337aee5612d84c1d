"""Shapes of the broadcasts room on the wire."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from backend.broadcasts.models import (
    BroadcastState,
    Language,
    Priority,
    ProgrammeKind,
    RenditionState,
    SegmentKind,
)
from backend.broadcasts.voices import NAMES
from backend.core.api import (
    AllowedMove,
    Choice,
    Day,
    PageArgs,
    PlainText,
    Schema,
    Timestamp,
    Uuid,
    code,
)
from backend.places.schemas import UnitRef, unit_code

MAX_TEXT = 60_000  # characters: ten thousand words
SHA256 = r"[0-9a-f]{64}"


def sha256(**kwargs: Any) -> fields.String:
    """Hash of a file, in hexadecimal."""
    return code(SHA256, metadata={"pattern": f"^{SHA256}$"}, **kwargs)


class PersonRef(Schema):
    id = Uuid(required=True, allow_none=True)
    name = fields.String(required=True)


class ProgrammeSchema(Schema):
    id = Uuid(required=True)
    name = fields.String(required=True)
    kind = Choice(ProgrammeKind, required=True)
    language = Choice(Language, required=True)


class ProgrammeList(Schema):
    items = fields.List(fields.Nested(ProgrammeSchema), required=True)


class ProgrammeRef(Schema):
    id = Uuid(required=True)
    name = fields.String(required=True)


class AudioSchema(Schema):
    url = fields.String(required=True, metadata={"example": "/media/audio/<sha256>.mp3"})
    bytes = fields.Integer(required=True)
    content_type = fields.String(required=True, metadata={"example": "audio/mpeg"})
    sha256 = fields.String(required=True)


class BroadcastItem(Schema):
    id = Uuid(required=True)
    title = fields.String(required=True)
    summary = fields.String(required=True)
    language = Choice(Language, required=True)
    language_label = fields.String(required=True)
    priority = Choice(Priority, required=True)
    programme = fields.Nested(ProgrammeRef, required=True, allow_none=True)
    aired_at = Timestamp(required=True)
    duration_ms = fields.Integer(required=True)
    audio = fields.Nested(AudioSchema, required=True)
    is_synthetic = fields.Boolean(
        required=True, metadata={"description": "machine speech: say so beside the player"}
    )
    transcript_available = fields.Boolean(required=True)
    unit = fields.Nested(UnitRef, required=True)


class BroadcastDetail(BroadcastItem):
    transcript = fields.String(required=True)
    peaks = fields.List(
        fields.Integer(), required=True, metadata={"description": "waveform, 0–100"}
    )
    station = fields.String(required=True)


class BroadcastQuery(PageArgs):
    date = Day(load_default=None, metadata={"description": "a day in Vietnam"})
    programme = Uuid(load_default=None)
    language = Choice(Language, load_default=None)


class AudioPath(Schema):
    sha256 = sha256(required=True)


# ---------------------------------------------------------------- those who make broadcasts


class DeskQuery(PageArgs):
    state = Choice(BroadcastState, load_default=None)
    unit = unit_code(load_default=None)
    q = PlainText(max_length=100, load_default=None)


class _Content(Schema):
    title = PlainText(max_length=200, min_length=1)
    summary = PlainText(max_length=500)
    language = Choice(Language)
    priority = Choice(Priority)
    programme_id = Uuid(allow_none=True)
    scheduled_at = Timestamp(allow_none=True)
    text = PlainText(
        max_length=MAX_TEXT,
        multiline=True,
        allow_none=True,
        metadata={"description": "to be spoken; beside upload_id, the words of the recording"},
    )
    upload_id = Uuid(allow_none=True, metadata={"description": "a finished or arriving upload"})
    voice = fields.String(allow_none=True, validate=validate.OneOf(NAMES, error="unknown_choice"))
    words_per_minute = fields.Integer(
        strict=True, validate=validate.Range(80, 300, error="out_of_range")
    )


class BroadcastIn(_Content):
    unit = unit_code(required=True)
    title = PlainText(max_length=200, min_length=1, required=True)


class BroadcastPatch(_Content):
    pass


class MoveIn(Schema):
    reason = PlainText(max_length=500, load_default=None, allow_none=True)
    scheduled_at = Timestamp(load_default=None, allow_none=True)
    sha256 = code(
        SHA256,
        load_default=None,
        allow_none=True,
        metadata={"description": "of the file the approver listened to"},
    )
    override_reason = PlainText(max_length=500, load_default=None, allow_none=True)


class RenditionSchema(Schema):
    state = Choice(RenditionState, required=True)
    reason = fields.String(required=True, allow_none=True)
    reason_label = fields.String(required=True, allow_none=True)
    sha256 = fields.String(required=True, allow_none=True)
    bytes = fields.Integer(required=True, allow_none=True)
    content_type = fields.String(required=True, allow_none=True)
    duration_ms = fields.Integer(required=True, allow_none=True)
    loudness_lufs = fields.Float(required=True, allow_none=True)
    true_peak_dbtp = fields.Float(required=True, allow_none=True)
    peaks = fields.List(fields.Integer(), required=True, allow_none=True)
    url = fields.String(
        required=True, allow_none=True, metadata={"description": "for listening before it airs"}
    )


class SegmentSchema(Schema):
    kind = Choice(SegmentKind, required=True)
    text = fields.String(required=True)
    upload_id = Uuid(required=True, allow_none=True)
    voice = fields.String(required=True)
    words_per_minute = fields.Integer(required=True)


class EventSchema(Schema):
    at = Timestamp(required=True)
    actor = fields.Nested(PersonRef, required=True)
    type = fields.String(required=True)
    summary = fields.String(required=True)
    note = fields.String(required=True)
    detail = fields.Dict(required=True)


class DeskItem(Schema):
    id = Uuid(required=True)
    title = fields.String(required=True)
    language = Choice(Language, required=True)
    priority = Choice(Priority, required=True)
    programme = fields.Nested(ProgrammeRef, required=True, allow_none=True)
    unit = fields.Nested(UnitRef, required=True)
    author = fields.Nested(PersonRef, required=True)
    state = Choice(BroadcastState, required=True)
    state_label = fields.String(required=True)
    is_synthetic = fields.Boolean(required=True)
    audio_state = Choice(RenditionState, required=True, allow_none=True)
    duration_ms = fields.Integer(required=True, allow_none=True)
    scheduled_at = Timestamp(required=True, allow_none=True)
    aired_at = Timestamp(required=True, allow_none=True)
    created_at = Timestamp(required=True)
    updated_at = Timestamp(required=True)
    version = fields.Integer(required=True)


class DeskBroadcast(DeskItem):
    summary = fields.String(required=True)
    transcript = fields.String(required=True)
    state_reason = fields.String(required=True)
    revision = fields.Integer(required=True)
    approved_by = fields.Nested(PersonRef, required=True, allow_none=True)
    approved_at = Timestamp(required=True, allow_none=True)
    approved_sha256 = fields.String(required=True, allow_none=True)
    segments = fields.List(fields.Nested(SegmentSchema), required=True)
    rendition = fields.Nested(RenditionSchema, required=True, allow_none=True)
    can_edit = fields.Boolean(required=True)
    allowed_moves = fields.List(fields.Nested(AllowedMove), required=True)
    events = fields.List(fields.Nested(EventSchema), required=True)
    public_url = fields.String(required=True, allow_none=True)


class VoiceSchema(Schema):
    name = fields.String(required=True)
    label = fields.String(required=True)
    language = Choice(Language, required=True)


class VoiceList(Schema):
    items = fields.List(fields.Nested(VoiceSchema), required=True)
