"""Shapes of the devices room on the wire. The device side is the contract of docs/device-protocol.md."""

from __future__ import annotations

from marshmallow import fields, validate

from backend.broadcasts.models import Priority
from backend.core.api import (
    Choice,
    Latitude,
    Longitude,
    PageArgs,
    PlainText,
    Schema,
    Timestamp,
    Uuid,
    code,
)
from backend.devices.models import DeviceKind, DeviceStatus, PlayResult
from backend.places.schemas import UnitRef, unit_code

SHA256 = r"[0-9a-f]{64}"
MOST_PLAYS, MOST_PROBLEMS = 100, 20


# ---------------------------------------------------------------- what devices say and hear


class EnrolIn(Schema):
    code = PlainText(max_length=40, required=True, metadata={"example": "7K4M-92QX-5TBN"})
    hardware_id = PlainText(max_length=100, min_length=1, required=True)
    kind = Choice(DeviceKind, required=True)
    software = PlainText(max_length=100, required=True, metadata={"example": "agent 1.0"})


class EnrolOut(Schema):
    device_id = Uuid(required=True)
    secret = fields.String(required=True, metadata={"description": "shown this once"})


class DeviceRef(Schema):
    id = Uuid(required=True)
    name = fields.String(required=True)
    kind = Choice(DeviceKind, required=True)


class AssetSchema(Schema):
    url = fields.String(required=True, metadata={"example": "/device/v1/assets/<sha256>"})
    sha256 = fields.String(required=True)
    bytes = fields.Integer(required=True)
    content_type = fields.String(required=True)
    duration_ms = fields.Integer(required=True)


class ManifestItem(Schema):
    broadcast_id = Uuid(required=True)
    title = fields.String(required=True)
    language = fields.String(required=True)
    starts_at = Timestamp(required=True)
    priority = Choice(Priority, required=True)
    asset = fields.Nested(AssetSchema, required=True)


class ManifestSchema(Schema):
    device = fields.Nested(DeviceRef, required=True)
    generated_at = Timestamp(required=True)
    items = fields.List(fields.Nested(ManifestItem), required=True)
    poll_after_s = fields.Integer(required=True)


class PlayIn(Schema):
    broadcast_id = Uuid(required=True)
    sha256 = code(SHA256, required=True)
    started_at = Timestamp(required=True)
    ended_at = Timestamp(load_default=None, allow_none=True)
    result = Choice(PlayResult, required=True)
    reason = PlainText(max_length=60, load_default="")


class StateIn(Schema):
    report_id = Uuid(
        required=True, metadata={"description": "made by the device; repeat it freely"}
    )
    at = Timestamp(required=True, metadata={"description": "by the device's clock"})
    software = PlainText(max_length=100, load_default="")
    manifest_etag = fields.String(
        load_default="", validate=validate.Length(max=80, error="too_long")
    )
    volume = fields.Integer(
        strict=True,
        load_default=None,
        allow_none=True,
        validate=validate.Range(0, 100, error="out_of_range"),
    )
    playing = Uuid(load_default=None, allow_none=True)
    uptime_s = fields.Integer(
        strict=True,
        load_default=None,
        allow_none=True,
        validate=validate.Range(0, 10**10, error="out_of_range"),
    )
    free_bytes = fields.Integer(
        strict=True,
        load_default=None,
        allow_none=True,
        validate=validate.Range(0, 10**16, error="out_of_range"),
    )
    signal_dbm = fields.Integer(
        strict=True,
        load_default=None,
        allow_none=True,
        validate=validate.Range(-200, 50, error="out_of_range"),
    )
    temperature_c = fields.Float(
        load_default=None,
        allow_none=True,
        allow_nan=False,
        validate=validate.Range(-100, 200, error="out_of_range"),
    )
    problems = fields.List(
        PlainText(max_length=60, min_length=1),
        load_default=list,
        validate=validate.Length(max=MOST_PROBLEMS, error="too_many"),
    )
    plays = fields.List(
        fields.Nested(PlayIn),
        load_default=list,
        validate=validate.Length(max=MOST_PLAYS, error="too_many"),
    )


class StateOut(Schema):
    received_at = Timestamp(required=True)
    poll_after_s = fields.Integer(required=True)


# ---------------------------------------------------------------- what technicians see


class DeviceQuery(PageArgs):
    unit = unit_code(load_default=None)
    status = Choice(DeviceStatus, load_default=None)


class DeviceIn(Schema):
    unit = unit_code(required=True)
    community_id = Uuid(load_default=None, allow_none=True)
    kind = Choice(DeviceKind, required=True)
    name = PlainText(max_length=120, min_length=1, required=True, metadata={"example": "Máy-01"})
    place_text = PlainText(max_length=200, load_default="")
    latitude = Latitude(load_default=None, allow_none=True)
    longitude = Longitude(load_default=None, allow_none=True)


class DevicePatch(Schema):
    community_id = Uuid(allow_none=True)
    name = PlainText(max_length=120, min_length=1)
    place_text = PlainText(max_length=200)
    latitude = Latitude(allow_none=True)
    longitude = Longitude(allow_none=True)


class CommunityRef(Schema):
    id = Uuid(required=True)
    name = fields.String(required=True)


class DeviceItem(Schema):
    id = Uuid(required=True)
    name = fields.String(required=True)
    kind = Choice(DeviceKind, required=True)
    kind_label = fields.String(required=True)
    status = Choice(DeviceStatus, required=True)
    status_label = fields.String(required=True)
    unit = fields.Nested(UnitRef, required=True)
    community = fields.Nested(CommunityRef, required=True, allow_none=True)
    place_text = fields.String(required=True)
    latitude = fields.Float(required=True, allow_none=True)
    longitude = fields.Float(required=True, allow_none=True)
    software = fields.String(required=True)
    hardware_id = fields.String(required=True, allow_none=True)
    online = fields.Boolean(required=True, metadata={"description": "heard of lately"})
    last_seen_at = Timestamp(required=True, allow_none=True)
    last_report = fields.Dict(required=True, allow_none=True)
    enrolled_at = Timestamp(required=True, allow_none=True)
    revoked_at = Timestamp(required=True, allow_none=True)
    version = fields.Integer(required=True)


class PlaySchema(Schema):
    broadcast_id = Uuid(required=True)
    started_at = Timestamp(required=True)
    ended_at = Timestamp(required=True, allow_none=True)
    result = Choice(PlayResult, required=True)
    result_label = fields.String(required=True)
    reason = fields.String(required=True)


class DeviceDetail(DeviceItem):
    up_to_date = fields.Boolean(
        required=True, allow_none=True, metadata={"description": "works from today's manifest"}
    )
    plays = fields.List(fields.Nested(PlaySchema), required=True)


class CodeOut(Schema):
    code = fields.String(required=True, metadata={"description": "shown this once"})
    expires_at = Timestamp(required=True)
