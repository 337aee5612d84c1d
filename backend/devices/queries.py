"""Reads of the devices room."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.broadcasts import queries as broadcasts
from backend.core import clock, crypto
from backend.core.api.paging import Page, page
from backend.core.auth import Permission, Principal
from backend.core.errors import NotFound
from backend.devices.manifest import AHEAD, BEHIND, MOST_ITEMS, Manifest, compile_manifest
from backend.devices.models import Device, DevicePresence, DeviceStatus, PlayLog
from backend.places.lineage import came_from
from backend.places.queries import unit_by_code
from backend.places.scope import units_in_scope

ONLINE_FOR = timedelta(minutes=5)
MANAGE = Permission.DEVICES_MANAGE


def by_secret(session: Session, secret: str) -> Device | None:
    """The active device whose secret this is."""
    return session.scalar(
        select(Device).where(
            Device.secret_hash == crypto.hash_token(secret), Device.status == DeviceStatus.ACTIVE
        )
    )


def device(session: Session, reader: Principal, device_id: UUID) -> Device:
    """The device of that id.

    Raises:
        NotFound: there is none in the units whose devices ``reader`` looks after.
    """
    found = session.scalar(
        select(Device).where(
            Device.id == device_id, Device.unit_id.in_(units_in_scope(reader, MANAGE))
        )
    )
    if found is None:
        raise NotFound("devices.not_found")
    return found


def devices(
    session: Session,
    reader: Principal,
    *,
    unit: str | None = None,
    status: DeviceStatus | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """Devices of the reader's units by name."""
    found = select(Device).where(Device.unit_id.in_(units_in_scope(reader, MANAGE)))
    if unit is not None:
        named = unit_by_code(session, unit)
        line = came_from([named.id] if named else [])
        found = found.where(Device.unit_id.in_(line))
    if status is not None:
        found = found.where(Device.status == status)
    return page(session, found, keys=(Device.name, Device.id), cursor=cursor, limit=limit)


def presences(session: Session, device_ids: Iterable[UUID]) -> dict[UUID, DevicePresence]:
    """What each device last told us, in one statement."""
    wanted = set(device_ids)
    if not wanted:
        return {}
    found = session.scalars(select(DevicePresence).where(DevicePresence.device_id.in_(wanted)))
    return {each.device_id: each for each in found}


def recent_plays(session: Session, device_id: UUID, limit: int = 50) -> list[PlayLog]:
    """What a device played last, newest first."""
    return list(
        session.scalars(
            select(PlayLog)
            .where(PlayLog.device_id == device_id)
            .order_by(PlayLog.started_at.desc())
            .limit(limit)
        )
    )


def manifest(session: Session, device: Device) -> Manifest:
    """What ``device`` is to have: aired in the last 24 hours, scheduled in the next seven days."""
    now = clock.now()
    heard = broadcasts.for_devices(session, device.unit_id, now - BEHIND, now + AHEAD, MOST_ITEMS)
    return compile_manifest(device, heard, now)


def asset(session: Session, device: Device, sha256: str) -> broadcasts.AudioFile:
    """The file of that hash.

    Raises:
        NotFound: no broadcast that this device may play is heard through it.
    """
    found = broadcasts.device_file(session, sha256, device.unit_id)
    if found is None:
        raise NotFound("devices.no_such_asset")
    return found
