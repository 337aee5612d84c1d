"""Tables of the devices room. A device proves itself by a secret of which only the hash is kept."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.db import Base, Identified, TextEnum, Timestamped, Versioned


class DeviceKind(enum.StrEnum):
    """Cụm loa, bảng tin điện tử công cộng."""

    SPEAKER_CLUSTER = "speaker_cluster"
    PUBLIC_DISPLAY = "public_display"


class DeviceStatus(enum.StrEnum):
    """Whether a device may speak to us."""

    AWAITING = "awaiting"  # made in the console, not enrolled yet
    ACTIVE = "active"
    REVOKED = "revoked"


class PlayResult(enum.StrEnum):
    """How playing an item ended."""

    PLAYED = "played"
    INTERRUPTED = "interrupted"
    FAILED = "failed"
    SKIPPED = "skipped"


class Device(Identified, Timestamped, Versioned, Base):
    """A loudspeaker cluster or display on its pole."""

    __tablename__ = "device"
    __table_args__ = (Index("ix_device_unit_id", "unit_id", "name"),)

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("admin_unit.id"))
    community_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("community.id"), index=True)
    kind: Mapped[DeviceKind] = mapped_column(TextEnum(DeviceKind))
    name: Mapped[str] = mapped_column(String(120))  # "Máy-01"
    place_text: Mapped[str] = mapped_column(String(200), default="")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]

    status: Mapped[DeviceStatus] = mapped_column(
        TextEnum(DeviceStatus), default=DeviceStatus.AWAITING
    )
    hardware_id: Mapped[str | None] = mapped_column(String(100))
    software: Mapped[str] = mapped_column(String(100), default="")
    secret_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    enrolled_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))


class DevicePresence(Base):
    """What a device last told us; apart from ``Device``, so that a report never makes an edit stale."""

    __tablename__ = "device_presence"

    device_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("device.id", ondelete="CASCADE"), primary_key=True
    )
    seen_at: Mapped[datetime]  # any authenticated request, to the minute
    reported_at: Mapped[datetime | None]
    manifest_etag: Mapped[str] = mapped_column(
        String(80), default=""
    )  # the one the device works from
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)


class EnrolmentCode(Identified, Base):
    """A short code that lets one device in, once, for ten minutes; a new one replaces the old."""

    __tablename__ = "enrolment_code"

    device_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("device.id", ondelete="CASCADE"), index=True
    )
    lookup: Mapped[str] = mapped_column(String(8), index=True)  # first group, names the row
    code_hash: Mapped[str] = mapped_column(String(64))  # keyed digest of the whole code
    made_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)  # wrong ones
    used_at: Mapped[datetime | None]


class DeviceState(Identified, Base):
    """One report of a device; a repeat of the same ``report_id`` changes nothing."""

    __tablename__ = "device_state"
    __table_args__ = (
        UniqueConstraint("device_id", "report_id"),
        Index("ix_device_state_received", "device_id", "received_at"),
    )

    device_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("device.id", ondelete="CASCADE"))
    report_id: Mapped[uuid.UUID]  # made by the device
    received_at: Mapped[datetime]
    reported_at: Mapped[datetime]  # by the device's own clock
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)


class PlayLog(Identified, Base):
    """What a device played and when (nhật ký phát)."""

    __tablename__ = "play_log"
    __table_args__ = (
        UniqueConstraint("device_id", "broadcast_id", "started_at"),
        Index("ix_play_log_broadcast_id", "broadcast_id", "started_at"),
    )

    device_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("device.id", ondelete="CASCADE"))
    broadcast_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("broadcast.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    result: Mapped[PlayResult] = mapped_column(TextEnum(PlayResult))
    reason: Mapped[str] = mapped_column(String(60), default="")
