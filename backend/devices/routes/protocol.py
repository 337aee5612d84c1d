"""What devices speak: docs/device-protocol.md. Kept small and stable; agents in the field are slow to update."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from flask import Request, Response, request
from sqlalchemy.orm import Session

from backend.broadcasts.routes.media import RANGE_ANSWERS
from backend.broadcasts.serving import PRIVATE, serve
from backend.core import clock
from backend.core.api import Blueprint, json_answer, names, rate_limit
from backend.core.auth import Principal, device, principal, public
from backend.core.db import reading, transaction
from backend.core.errors import NotFound, Unauthenticated
from backend.devices import enrolment, queries, reports
from backend.devices.enrolment import SECRET_PREFIX
from backend.devices.manifest import POLL_S
from backend.devices.models import Device
from backend.devices.schemas import (
    SHA256,
    EnrolIn,
    EnrolOut,
    ManifestSchema,
    StateIn,
    StateOut,
)

blp = Blueprint(
    "devices", __name__, url_prefix="/device/v1", description="What loudspeakers and boards speak"
)


def load_principal(request: Request) -> Principal | None:
    """The device whose secret the request carries; None when it carries no secret of a device.

    Raises:
        Unauthenticated: the secret is not, or no longer, good.
    """
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    secret = secret.strip()
    if scheme.lower() != "bearer" or not secret.startswith(SECRET_PREFIX):
        return None
    with reading() as session:
        found = queries.by_secret(session, secret)
    if found is None:
        raise Unauthenticated("devices.unknown_secret")
    return Principal(kind="device", id=found.id, name=found.name)


@blp.route("/enrol", methods=["POST"])
@public
@blp.arguments(EnrolIn)
@blp.alt_response(201, schema=EnrolOut)
@rate_limit("10/minute")
def enrol(asked: dict[str, Any]) -> Response:
    """Exchange a code from the console for a secret, once. The secret is not shown again."""
    with transaction() as session:
        admitted = enrolment.enrol(
            session,
            asked["code"],
            hardware_id=asked["hardware_id"],
            kind=asked["kind"],
            software=asked["software"],
        )
    if admitted is None:  # after the commit: wrong tries count
        raise NotFound("devices.bad_code")
    joined, secret = admitted
    return json_answer(EnrolOut().dump({"device_id": joined.id, "secret": secret}), 201)


@blp.route("/manifest")
@device
@blp.alt_response(200, schema=ManifestSchema)
@rate_limit("30/minute")
def get_manifest() -> Response:
    """What to have and when to play it; 304 while nothing changed."""
    with reading() as session:
        manifest = queries.manifest(session, _device(session))
        presence = queries.presences(session, [manifest.device.id]).get(manifest.device.id)
    if reports.needs_note(presence, manifest.etag):
        with transaction() as session:
            reports.note_seen(session, manifest.device.id, manifest.etag)
    if names(request.headers.get("If-None-Match"), manifest.etag):
        headers = {"ETag": manifest.etag, "Cache-Control": "private, no-cache"}
        return Response(status=304, headers={**headers, "X-Poll-After": str(manifest.poll_after_s)})
    answer = json_answer(ManifestSchema().dump(manifest), etag=manifest.etag)
    answer.headers["X-Poll-After"] = str(manifest.poll_after_s)
    return answer


@blp.route("/assets/<string(length=64):sha256>")
@device
@blp.doc(responses=RANGE_ANSWERS)
def get_asset(sha256: str) -> Response:
    """A file of the manifest; ranges let a broken download go on where it stopped."""
    if re.fullmatch(SHA256, sha256) is None:
        raise NotFound("devices.no_such_asset")
    with reading() as session:
        file = queries.asset(session, _device(session), sha256)
    return serve(file, PRIVATE)


@blp.route("/state", methods=["POST"])
@device
@blp.arguments(StateIn)
@blp.alt_response(200, schema=StateOut)
@rate_limit("30/minute")
def report_state(told: dict[str, Any]) -> Response:
    """How the device is and what it played. The same ``report_id`` twice counts once."""
    who = principal().id
    if who is None:
        raise Unauthenticated
    with transaction() as session:
        reports.report(session, who, told)
    return json_answer(StateOut().dump({"received_at": clock.now(), "poll_after_s": POLL_S}))


def _device(session: Session) -> Device:
    who: UUID | None = principal().id
    found = session.get(Device, who) if who is not None else None
    if found is None:
        raise Unauthenticated("devices.unknown_secret")
    return found
