"""Demo devices: one enrolled loudspeaker cluster in each staffed commune, and one that waits for its code."""

from __future__ import annotations

import hashlib
import hmac
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.core.demo import Demo
from backend.devices import enrolment
from backend.devices.models import Device, DeviceKind, DeviceStatus
from backend.places import queries as places

ENROLLED, WAITING = "Máy-01", "Máy-02"
PLACES = {"ayun": "cột loa trước nhà rông", "quynhon": "cột loa đầu đường Nguyễn Huệ"}


def demo_secret(password: str, commune: str) -> str:
    """The secret of the demo loudspeaker of ``commune`` ("ayun"), derived from the demo's password.

    So whoever has ``var/demo.json`` can start the demo player, and nothing else has to be written down.
    """
    digest = hmac.new(password.encode(), f"loudspeaker:{commune}".encode(), hashlib.sha256)
    return enrolment.SECRET_PREFIX + digest.hexdigest()


def seed(session: Session, demo: Demo) -> None:
    """Make the devices that are missing; one that is there keeps its state."""
    for commune, unit_id in demo.communes.items():
        if not _is_there(session, unit_id, ENROLLED):
            speaker = _put_up(session, unit_id, ENROLLED, PLACES.get(commune, ""))
            enrolment.admit(
                session,
                speaker,
                hardware_id=f"demo-{commune}",
                software="demo",
                secret=demo_secret(demo.password, commune),
            )
        if not _is_there(session, unit_id, WAITING):
            _put_up(session, unit_id, WAITING, "")


def _is_there(session: Session, unit_id: UUID, name: str) -> bool:
    known = select(Device.id).where(Device.unit_id == unit_id, Device.name == name)
    return session.scalar(known.limit(1)) is not None


def _put_up(session: Session, unit_id: UUID, name: str, place: str) -> Device:
    unit = places.unit(session, unit_id)
    community = next(iter(places.communities_of(session, unit_id)), None)
    device = Device(
        unit_id=unit_id,
        community_id=None if community is None else community.id,
        kind=DeviceKind.SPEAKER_CLUSTER,
        name=name,
        place_text=place,
        latitude=None if unit is None else unit.latitude,
        longitude=None if unit is None else unit.longitude,
        status=DeviceStatus.AWAITING,
        software="",
    )
    session.add(device)
    session.flush()
    return device
