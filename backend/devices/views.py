"""What technicians are shown of devices: rows gathered and named, ready for the schemas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.core import clock
from backend.core.i18n import t
from backend.devices import queries
from backend.devices.models import Device, DevicePresence, DeviceStatus
from backend.places import queries as places
from backend.places.models import AdminUnit, Community


def items(session: Session, devices: Sequence[Device], speech: str) -> list[dict[str, Any]]:
    """Rows of the list."""
    units = places.units(session, {each.unit_id for each in devices})
    wanted = {each.community_id for each in devices if each.community_id is not None}
    found = session.scalars(select(Community).where(Community.id.in_(wanted))) if wanted else ()
    communities = {each.id: each for each in found}
    seen = queries.presences(session, [each.id for each in devices])
    return [_item(each, units, communities, seen.get(each.id), speech) for each in devices]


def detail(session: Session, device: Device, speech: str) -> dict[str, Any]:
    """One device and what it played last."""
    presence = queries.presences(session, [device.id]).get(device.id)
    up_to_date = None
    if device.status is DeviceStatus.ACTIVE and presence is not None:
        up_to_date = presence.manifest_etag == queries.manifest(session, device).etag
    return {
        **items(session, [device], speech)[0],
        "up_to_date": up_to_date,
        "plays": [
            {
                "broadcast_id": each.broadcast_id,
                "started_at": each.started_at,
                "ended_at": each.ended_at,
                "result": each.result,
                "result_label": t(f"devices.result.{each.result}", speech),
                "reason": each.reason,
            }
            for each in queries.recent_plays(session, device.id)
        ],
    }


def _item(
    device: Device,
    units: Mapping[UUID, AdminUnit],
    communities: Mapping[UUID, Community],
    presence: DevicePresence | None,
    speech: str,
) -> dict[str, Any]:
    unit = units[device.unit_id]
    community = communities.get(device.community_id) if device.community_id else None
    active = device.status is DeviceStatus.ACTIVE
    lately = clock.now() - queries.ONLINE_FOR
    return {
        "id": device.id,
        "name": device.name,
        "kind": device.kind,
        "kind_label": t(f"devices.kind.{device.kind}", speech),
        "status": device.status,
        "status_label": t(f"devices.status.{device.status}", speech),
        "unit": {"code": unit.code, "name": unit.full_name},
        "community": community,
        "place_text": device.place_text,
        "latitude": device.latitude,
        "longitude": device.longitude,
        "software": device.software,
        "hardware_id": device.hardware_id,
        "online": active and presence is not None and presence.seen_at >= lately,
        "last_seen_at": None if presence is None else presence.seen_at,
        "last_report": None if presence is None else presence.report,
        "enrolled_at": device.enrolled_at,
        "revoked_at": device.revoked_at,
        "version": device.version,
    }
