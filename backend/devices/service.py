"""Everything that changes a device: joining, reporting, leaving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend.broadcasts.models import Broadcast
from backend.core import clock, crypto, ids
from backend.core.auth import Principal
from backend.core.errors import Conflict, InvalidInput, PreconditionFailed
from backend.core.events import emit
from backend.devices import codes, queries
from backend.devices.events import DeviceEnrolled, DeviceRevoked
from backend.devices.models import (
    Device,
    DeviceKind,
    DevicePresence,
    DeviceState,
    DeviceStatus,
    EnrolmentCode,
    PlayLog,
)
from backend.places import queries as places

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
    unit = queries.unit_to_equip(session, actor, unit_code)
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


def make_code(session: Session, actor: Principal, device_id: UUID) -> tuple[str, datetime]:
    """A code with which this device joins within ten minutes; an older one stops working.

    A device that is enrolled already keeps its secret until the new code is used: hardware gets replaced.

    Raises:
        NotFound.
    """
    device = queries.device(session, actor, device_id)
    session.execute(
        delete(EnrolmentCode).where(
            EnrolmentCode.device_id == device.id, EnrolmentCode.used_at.is_(None)
        )
    )
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
    # Without dots: what has two is taken for a signed token of a person.
    secret = secret or f"tld_{ids.new_secret(32)}"
    device.secret_hash = crypto.hash_token(secret)
    device.status, device.enrolled_at = DeviceStatus.ACTIVE, clock.now()
    device.revoked_at = device.revoked_by_id = None
    device.hardware_id, device.software = hardware_id, software
    session.flush()
    emit(session, DeviceEnrolled(device.id, device.unit_id))
    return secret


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
    session.execute(
        delete(EnrolmentCode).where(
            EnrolmentCode.device_id == device.id, EnrolmentCode.used_at.is_(None)
        )
    )
    session.flush()
    emit(session, DeviceRevoked(device.id, device.unit_id))
    return device


def needs_note(presence: DevicePresence | None, etag: str | None = None) -> bool:
    """True when it is time to write down again that a device was heard of: once a minute, or news."""
    if presence is None or presence.seen_at <= clock.now() - SEEN_EVERY:
        return True
    return etag is not None and presence.manifest_etag != etag


def note_seen(session: Session, device_id: UUID, etag: str | None = None) -> None:
    """Write down that a device was heard of, and which manifest it was given."""
    presence = _presence(session, device_id)
    presence.seen_at = clock.now()
    if etag is not None:
        presence.manifest_etag = etag


def _presence(session: Session, device_id: UUID) -> DevicePresence:
    known = session.get(DevicePresence, device_id)
    if known is None:
        known = DevicePresence(
            device_id=device_id, seen_at=clock.now(), manifest_etag="", report={}
        )
        session.add(known)
    return known


def report(session: Session, device_id: UUID, told: Mapping[str, Any]) -> bool:
    """Keep a device's report and what it played; False when this very report is here already.

    Args:
        told: as ``schemas.StateIn`` loads it.
    """
    known = session.scalar(
        select(DeviceState.id).where(
            DeviceState.device_id == device_id, DeviceState.report_id == told["report_id"]
        )
    )
    if known is not None:
        return False
    facts = {
        name: str(value) if isinstance(value, UUID) else value
        for name, value in told.items()
        if name not in {"report_id", "at", "plays"} and value not in (None, "", [])
    }
    session.add(
        DeviceState(
            device_id=device_id,
            report_id=told["report_id"],
            received_at=clock.now(),
            reported_at=told["at"],
            report=facts,
        )
    )
    _keep_plays(session, device_id, told["plays"])
    presence = _presence(session, device_id)
    presence.seen_at = presence.reported_at = clock.now()
    presence.report = facts
    if told["software"]:
        session.get_one(Device, device_id).software = told["software"]
    return True


def _keep_plays(session: Session, device_id: UUID, plays: Sequence[Mapping[str, Any]]) -> None:
    """New plays of broadcasts that exist; a repeat is the same row, one from the future is a broken clock."""
    latest = clock.now() + CLOCK_AHEAD
    told = {
        (play["broadcast_id"], play["started_at"]): play
        for play in plays
        if play["started_at"] <= latest
    }
    if not told:
        return
    wanted = {broadcast_id for broadcast_id, _at in told}
    exist = set(session.scalars(select(Broadcast.id).where(Broadcast.id.in_(wanted))))
    known = session.scalars(
        select(PlayLog).where(PlayLog.device_id == device_id, PlayLog.broadcast_id.in_(wanted))
    )
    rows = {(row.broadcast_id, row.started_at): row for row in known}
    for key, play in told.items():
        if key[0] not in exist:
            continue
        row = rows.get(key)
        if row is None:
            row = PlayLog(device_id=device_id, broadcast_id=key[0], started_at=key[1])
            session.add(row)
        row.sha256, row.ended_at = play["sha256"], play["ended_at"]
        row.result, row.reason = play["result"], play["reason"]


def forget_old_states(session: Session, device_id: UUID) -> int:
    """Keep a device's last ``KEPT_STATES`` reports; how many were deleted."""
    oldest = session.scalar(
        select(DeviceState.received_at)
        .where(DeviceState.device_id == device_id)
        .order_by(DeviceState.received_at.desc())
        .offset(KEPT_STATES)
        .limit(1)
    )
    if oldest is None:
        return 0
    gone = session.execute(
        delete(DeviceState).where(
            DeviceState.device_id == device_id, DeviceState.received_at <= oldest
        )
    )
    return int(gone.rowcount)  # type: ignore[attr-defined] # CursorResult of a DELETE
