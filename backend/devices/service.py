"""Everything that changes a device: joining, reporting, leaving."""

from __future__ import annotations

from datetime import timedelta
from typing import TypedDict
from uuid import UUID

from sqlalchemy.orm import Session

from backend.core import clock
from backend.core.auth import Permission, Principal
from backend.core.errors import Conflict, InvalidInput, PreconditionFailed
from backend.core.events import emit
from backend.devices import queries
from backend.devices.enrolment import forget_code
from backend.devices.events import DeviceRevoked
from backend.devices.models import (
    Device,
    DeviceKind,
    DeviceStatus,
)
from backend.places import queries as places
from backend.places.scope import unit_in_scope

CODE_LIFE = timedelta(minutes=10)
MOST_ATTEMPTS = 5
SEEN_EVERY = timedelta(minutes=1)
KEPT_STATES = 500  # reports of a device
CLOCK_AHEAD = timedelta(
    days=1
)  # a device's clock may be wrong by this much before a play is refused


class DeviceValues(TypedDict, total=False):
    """What a technician sets. Left out means unchanged."""

    community_id: UUID | None
    kind: DeviceKind
    name: str
    place_text: str
    latitude: float | None
    longitude: float | None


def add(session: Session, actor: Principal, unit_code: str, values: DeviceValues) -> Device:
    """Note a device before it is put up; it joins with an enrolment code.

    Raises:
        NotFound: no such unit, or the actor does not look after its devices.
        InvalidInput: the community is not the unit's.
    """
    unit = unit_in_scope(session, actor, Permission.DEVICES_MANAGE, unit_code)
    device = Device(unit_id=unit.id, status=DeviceStatus.AWAITING, software="")
    _apply(session, device, values)
    session.add(device)
    session.flush()
    return device


def change(
    session: Session, actor: Principal, device_id: UUID, expected: int, values: DeviceValues
) -> Device:
    """Change what a technician may set.

    Raises:
        NotFound, InvalidInput; PreconditionFailed: somebody changed it since the version ``expected``.
    """
    device = queries.device(session, actor, device_id)
    if device.version != expected:
        raise PreconditionFailed(current_version=device.version)
    _apply(session, device, values)
    session.flush()
    return device


def _apply(session: Session, device: Device, values: DeviceValues) -> None:
    community_id = values.get("community_id")
    if community_id is not None:
        community = places.community(session, community_id)
        if community is None or community.unit_id != device.unit_id:
            raise InvalidInput({"community_id": ["unknown_choice"]})
    for name, value in values.items():
        setattr(device, name, value)


def revoke(session: Session, actor: Principal, device_id: UUID, expected: int) -> Device:
    """Shut a device out: its secret and any open code stop working at once.

    Raises:
        NotFound, PreconditionFailed; Conflict: it is out already.
    """
    device = queries.device(session, actor, device_id)
    if device.version != expected:
        raise PreconditionFailed(current_version=device.version)
    if device.status is DeviceStatus.REVOKED:
        raise Conflict("devices.already_revoked")
    device.status, device.secret_hash = DeviceStatus.REVOKED, None
    device.revoked_at, device.revoked_by_id = clock.now(), actor.id
    forget_code(session, device.id)
    session.flush()
    emit(session, DeviceRevoked(device.id, device.unit_id))
    return device
