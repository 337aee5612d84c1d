"""What devices tell us: that they are there, how they are, what they played."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend.broadcasts.models import Broadcast
from backend.core import clock
from backend.core.db import get_or_add
from backend.devices.models import Device, DevicePresence, DeviceState, PlayLog

SEEN_EVERY = timedelta(minutes=1)
KEPT_STATES = 500  # reports of a device
CLOCK_AHEAD = timedelta(
    days=1
)  # a device's clock may be wrong by this much before a play is refused


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
    return get_or_add(
        session,
        DevicePresence,
        device_id,
        device_id=device_id,
        seen_at=clock.now(),
        manifest_etag="",
        report={},
    )


def report(session: Session, device_id: UUID, told: Mapping[str, Any]) -> bool:
    """Keep a device's report and what it played; False when this very report is here already.

    Args:
        told: as ``schemas.StateIn`` loads it.
    """
    # Locked: the same report may come again while the first one is still being written.
    presence = _presence(session, device_id)
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
