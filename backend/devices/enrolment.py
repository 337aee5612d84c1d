"""How a device joins: a code from the console for a secret of its own."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend.core import clock, crypto, ids
from backend.core.auth import Principal
from backend.core.events import emit
from backend.devices import codes, queries
from backend.devices.events import DeviceEnrolled
from backend.devices.models import Device, DeviceKind, DeviceStatus, EnrolmentCode

CODE_LIFE = timedelta(minutes=10)
MOST_ATTEMPTS = 5
# Tells a device's secret from everybody else's tokens, in requests and in leaked files.
SECRET_PREFIX = "tld_"  # noqa: S105 - says what kind of secret follows, is none


def make_code(session: Session, actor: Principal, device_id: UUID) -> tuple[str, datetime]:
    """A code with which this device joins within ten minutes; an older one stops working.

    A device that is enrolled already keeps its secret until the new code is used: hardware gets replaced.

    Raises:
        NotFound.
    """
    device = queries.device(session, actor, device_id)
    forget_code(session, device.id)
    code = codes.new_code()
    expires_at = clock.now() + CODE_LIFE
    session.add(
        EnrolmentCode(
            device_id=device.id,
            lookup=codes.lookup(code),
            code_hash=_digest(code),
            made_by_id=actor.id,
            created_at=clock.now(),
            expires_at=expires_at,
            attempts=0,
        )
    )
    session.flush()
    return code, expires_at


def _digest(code: str) -> str:
    return crypto.blind_index(f"enrolment:{code}")


def enrol(
    session: Session, typed: str, *, hardware_id: str, kind: DeviceKind, software: str
) -> tuple[Device, str] | None:
    """Let a device in: its row and its secret, of which we keep only the hash. None when the code is no good.

    A wrong code counts against every live code that begins like it, so the caller must let this transaction be
    stored before it refuses.
    """
    try:
        code = codes.normalise(typed)
    except ValueError:
        return None
    candidates = session.scalars(
        select(EnrolmentCode)
        .where(
            EnrolmentCode.lookup == codes.lookup(code),
            EnrolmentCode.used_at.is_(None),
            EnrolmentCode.expires_at > clock.now(),
            EnrolmentCode.attempts < MOST_ATTEMPTS,
        )
        .with_for_update()
    ).all()
    for row in candidates:
        if not crypto.same(row.code_hash, _digest(code)):
            row.attempts += 1
            continue
        device = session.get_one(Device, row.device_id)
        if device.kind is not kind:
            row.attempts += 1
            return None
        row.used_at = clock.now()
        return device, admit(session, device, hardware_id=hardware_id, software=software)
    return None


def admit(
    session: Session,
    device: Device,
    *,
    hardware_id: str,
    software: str,
    secret: str | None = None,
) -> str:
    """Make ``device`` active with a fresh secret (or a given one, for the demo) and return it."""
    secret = secret or SECRET_PREFIX + ids.new_secret(32)
    device.secret_hash = crypto.hash_token(secret)
    device.status, device.enrolled_at = DeviceStatus.ACTIVE, clock.now()
    device.revoked_at = device.revoked_by_id = None
    device.hardware_id, device.software = hardware_id, software
    session.flush()
    emit(session, DeviceEnrolled(device.id, device.unit_id))
    return secret


def forget_code(session: Session, device_id: UUID) -> None:
    """End the open code of a device, if there is one."""
    session.execute(
        delete(EnrolmentCode).where(
            EnrolmentCode.device_id == device_id, EnrolmentCode.used_at.is_(None)
        )
    )
