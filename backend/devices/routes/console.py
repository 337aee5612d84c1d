"""The technician's desk."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from backend.core.api import (
    IF_MATCH,
    Blueprint,
    created_once,
    json_answer,
    language,
    page_schema,
    rate_limit,
    require_version,
    with_etag,
)
from backend.core.auth import Permission, principal, staff
from backend.core.db import reading, transaction
from backend.devices import enrolment, queries, service, views
from backend.devices.models import Device
from backend.devices.schemas import (
    CodeOut,
    DeviceDetail,
    DeviceIn,
    DeviceItem,
    DevicePatch,
    DeviceQuery,
)

blp = Blueprint("device_desk", __name__, description="Loudspeakers and boards, for technicians")


@blp.route("/devices")
@staff(Permission.DEVICES_MANAGE)
@blp.arguments(DeviceQuery, location="query")
@blp.response(200, page_schema(DeviceItem))
def list_devices(query: dict[str, Any]) -> dict[str, Any]:
    """Devices of my units by name, with when they were last heard of."""
    with reading() as session:
        found = queries.devices(session, principal(), **query)
        items = views.items(session, found.items, language())
    return {"items": items, "next_cursor": found.next_cursor}


@blp.route("/devices", methods=["POST"])
@staff(Permission.DEVICES_MANAGE)
@blp.arguments(DeviceIn)
@blp.alt_response(201, schema=DeviceDetail)
def add_device(asked: dict[str, Any]) -> Response:
    """Note a device before it is put up."""
    code: str = asked.pop("unit")

    def work(session: Session) -> dict[str, Any]:
        device = service.add(session, principal(), code, _values(asked))
        shown = views.detail(session, device, language())
        return {**shown, "location": f"/api/v1/devices/{device.id}"}

    return created_once(work, DeviceDetail())


@blp.route("/devices/<uuid:device_id>")
@staff(Permission.DEVICES_MANAGE)
@blp.alt_response(200, schema=DeviceDetail)
def get_device(device_id: UUID) -> Response:
    """One device, its last report and what it played last."""
    with reading() as session:
        return _answer(session, queries.device(session, principal(), device_id))


@blp.route("/devices/<uuid:device_id>", methods=["PATCH"])
@staff(Permission.DEVICES_MANAGE)
@blp.doc(parameters=[IF_MATCH])
@blp.arguments(DevicePatch)
@blp.alt_response(200, schema=DeviceDetail)
def change_device(asked: dict[str, Any], device_id: UUID) -> Response:
    """Change what is named; needs ``If-Match``."""
    version = require_version()
    with transaction() as session:
        device = service.change(session, principal(), device_id, version, _values(asked))
        return _answer(session, device)


@blp.route("/devices/<uuid:device_id>/enrolment-code", methods=["POST"])
@staff(Permission.DEVICES_MANAGE)
@blp.alt_response(201, schema=CodeOut)
@rate_limit("30/hour")
def make_enrolment_code(device_id: UUID) -> Response:
    """A code for ten minutes and one use; it is shown once, and the one before stops working."""
    with transaction() as session:
        code, expires_at = enrolment.make_code(session, principal(), device_id)
    return json_answer(CodeOut().dump({"code": code, "expires_at": expires_at}), 201)


@blp.route("/devices/<uuid:device_id>/revoke", methods=["POST"])
@staff(Permission.DEVICES_MANAGE)
@blp.doc(parameters=[IF_MATCH])
@blp.alt_response(200, schema=DeviceDetail)
def revoke_device(device_id: UUID) -> Response:
    """Shut a device out at once; needs ``If-Match``."""
    version = require_version()
    with transaction() as session:
        return _answer(session, service.revoke(session, principal(), device_id, version))


def _values(asked: dict[str, Any]) -> service.DeviceValues:
    values: service.DeviceValues = {**asked}  # type: ignore[typeddict-item] # the schemas have the same names
    return values


def _answer(session: Session, device: Device) -> Response:
    shown = views.detail(session, device, language())
    return with_etag(DeviceDetail().dump(shown), device.version)
