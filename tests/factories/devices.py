"""Makers of loudspeakers."""

from __future__ import annotations

from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from backend.devices import enrolment
from backend.devices.models import Device, DeviceKind, DeviceStatus
from backend.places.models import AdminUnit
from tests.factories.places import make_commune

_number = count(1)


def make_device(session: Session, unit: AdminUnit | None = None, **overrides: Any) -> Device:
    """Máy-01 or the next, waiting for its code."""
    unit = unit or make_commune(session)
    values: dict[str, Any] = {
        "kind": DeviceKind.SPEAKER_CLUSTER,
        "name": f"Máy-{next(_number):02d}",
        "status": DeviceStatus.AWAITING,
        "software": "",
        **overrides,
    }
    device = Device(unit_id=unit.id, **values)
    session.add(device)
    session.flush()
    return device


def enrolled(
    session: Session, unit: AdminUnit | None = None, **overrides: Any
) -> tuple[Device, str]:
    """An active device and its secret."""
    device = make_device(session, unit, **overrides)
    return device, enrolment.admit(session, device, hardware_id="hw-1", software="tests")


def bearer(secret: str) -> dict[str, str]:
    """The header by which a device proves itself."""
    return {"Authorization": f"Bearer {secret}"}
