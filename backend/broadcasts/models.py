"""Tables of the broadcasts room.

A ``Broadcast`` is one edition: its words or recordings are ``BroadcastSegment`` rows in order. A change of words or
sound advances ``revision``; every ``Rendition`` belongs to one revision, and an approval names the very file that was
heard. So what airs is always what somebody listened to.
"""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.core.db import Base, Identified, RowId, TextEnum, Timestamped, Versioned
from backend.core.full_text import searchable


class ProgrammeKind(enum.StrEnum):
    """What a programme is, in the order a station's day has them."""

    LOCAL_BULLETIN = "local_bulletin"
    NOTICE = "notice"
    RELAY = "relay"  # tiếp âm: VOV, the province
    MINORITY_EDITION = "minority_edition"
    MUSIC = "music"
    EMERGENCY = "emergency"


class Priority(enum.StrEnum):
    """Circular 39/2020: thông thường, ưu tiên, khẩn cấp (play at once, interrupting)."""

    NORMAL = "normal"
    PRIORITY = "priority"
    EMERGENCY = "emergency"


class Language(enum.StrEnum):
    """Languages a station speaks, by ISO 639 code."""

    VI = "vi"
    JRAI = "jra"
    BAHNAR = "bdq"
    TAI_DAM = "blt"
    TAI_DON = "twh"
    HMONG = "hmn"
    EN = "en"


class BroadcastState(enum.StrEnum):
    """Where a broadcast stands; the moves between are in ``workflow.py``."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    AIRED = "aired"  # public, and in the loudspeakers' manifest
    ARCHIVED = "archived"  # public for replay, no longer sent to loudspeakers
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"  # was public, is no more
    FAILED = "failed"  # could not air at its time


# The states in which residents may hear a broadcast.
PUBLIC_STATES = (BroadcastState.AIRED, BroadcastState.ARCHIVED)


class SegmentKind(enum.StrEnum):
    """Where the sound of a segment comes from."""

    SPEECH = "speech"  # a voice reads the text
    RECORDING = "recording"  # an uploaded file; the text, if any, is its transcript


class RenditionProfile(enum.StrEnum):
    """A format that a broadcast is made in."""

    MP3_64 = "mp3_64"  # mono, 64 kb/s: devices, archive, replay


class RenditionState(enum.StrEnum):
    """A rendition is a durable piece of work: whoever claims it has it until the lease ends."""

    QUEUED = "queued"
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"


class Station(Identified, Timestamped, Base):
    """The loudspeaker station of one unit (đài truyền thanh)."""

    __tablename__ = "station"

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("admin_unit.id"), unique=True)
    name: Mapped[str] = mapped_column(String(150))
    language: Mapped[Language] = mapped_column(TextEnum(Language), default=Language.VI)
    voice: Mapped[str] = mapped_column(String(40), default="vi")  # of synthetic speech; voices.py
    active: Mapped[bool] = mapped_column(default=True)


class Programme(Identified, Timestamped, Base):
    """A recurring part of a station's day."""

    __tablename__ = "programme"
    __table_args__ = (UniqueConstraint("station_id", "slug"),)

    station_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("station.id"))
    slug: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(150))
    kind: Mapped[ProgrammeKind] = mapped_column(TextEnum(ProgrammeKind))
    language: Mapped[Language] = mapped_column(TextEnum(Language), default=Language.VI)
    description: Mapped[str] = mapped_column(String(500), default="")
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)


class Broadcast(Identified, Timestamped, Versioned, Base):
    """One edition of what the station says, from draft to replay."""

    __tablename__ = "broadcast"
    __table_args__ = (
        Index("ix_broadcast_unit_aired", "unit_id", "aired_at", "id"),
        Index("ix_broadcast_unit_language", "unit_id", "language", "aired_at", "id"),
        Index("ix_broadcast_unit_created", "unit_id", "created_at", "id"),
        Index("ix_broadcast_unit_state", "unit_id", "state", "created_at", "id"),
        Index("ix_broadcast_province_created", "province_id", "created_at", "id"),
        Index("ix_broadcast_province_state", "province_id", "state", "created_at", "id"),
        Index("ix_broadcast_due", "state", "scheduled_at"),
        Index("ix_broadcast_programme_id", "programme_id", "aired_at"),
        CheckConstraint("revision >= 1", name="revision_from_one"),
    )

    station_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("station.id"), index=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("admin_unit.id")
    )  # the station's, for scope
    # In which that unit lies; none when it is one. Desks of a province read their list by it.
    province_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("admin_unit.id"))
    programme_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("programme.id"))
    # The same bulletin in another language points at the first one.
    variant_of_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("broadcast.id"), index=True)

    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(500), default="")
    language: Mapped[Language] = mapped_column(TextEnum(Language), default=Language.VI)
    priority: Mapped[Priority] = mapped_column(TextEnum(Priority), default=Priority.NORMAL)
    transcript: Mapped[str] = mapped_column(
        Text, default=""
    )  # all segments' words, for reading along
    is_synthetic: Mapped[bool] = mapped_column(
        default=False
    )  # at least one segment is machine speech

    state: Mapped[BroadcastState] = mapped_column(
        TextEnum(BroadcastState), default=BroadcastState.DRAFT
    )
    revision: Mapped[int] = mapped_column(default=1)  # of words and sound
    author_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    # Everyone who wrote or recorded this revision; none of them may approve it.
    contributor_ids: Mapped[list[str]] = mapped_column(default=list)
    submitted_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    approved_sha256: Mapped[str | None] = mapped_column(
        String(64)
    )  # of the file the approver heard
    scheduled_at: Mapped[datetime | None]
    aired_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]  # cancelled, withdrawn, archived
    state_reason: Mapped[str] = mapped_column(
        String(500), default=""
    )  # why returned, withdrawn, failed

    station: Mapped[Station] = relationship(lazy="raise")
    programme: Mapped[Programme | None] = relationship(lazy="raise")
    segments: Mapped[list[BroadcastSegment]] = relationship(
        lazy="raise", order_by="BroadcastSegment.position", cascade="all, delete-orphan"
    )
    renditions: Mapped[list[Rendition]] = relationship(
        lazy="raise", order_by="Rendition.revision.desc()", viewonly=True
    )


class BroadcastWords(Base):
    """What the desk finds a broadcast by."""

    __tablename__ = "broadcast_words"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    broadcast_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("broadcast.id", ondelete="CASCADE"), unique=True
    )
    search_key: Mapped[str] = mapped_column(Text)  # folded words of title, summary and transcript


class BroadcastSegment(Identified, Base):
    """A stretch of sound inside a broadcast: a text to be spoken or a recording."""

    __tablename__ = "broadcast_segment"
    __table_args__ = (UniqueConstraint("broadcast_id", "position"),)

    broadcast_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("broadcast.id", ondelete="CASCADE"))
    position: Mapped[int]
    kind: Mapped[SegmentKind] = mapped_column(TextEnum(SegmentKind))
    text: Mapped[str] = mapped_column(Text, default="")
    upload_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("upload.id"), index=True)
    voice: Mapped[str] = mapped_column(String(40), default="")
    words_per_minute: Mapped[int] = mapped_column(default=150)
    pitch: Mapped[int] = mapped_column(default=50)  # 0–100, espeak's scale


class Rendition(Identified, Timestamped, Base):
    """A playable file of one revision of a broadcast, and the work of making it."""

    __tablename__ = "rendition"
    __table_args__ = (
        UniqueConstraint("broadcast_id", "revision", "profile"),
        Index("ix_rendition_claim", "state", "lease_until"),
        Index("ix_rendition_sha256", "sha256"),
    )

    broadcast_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("broadcast.id", ondelete="CASCADE"))
    revision: Mapped[int]
    profile: Mapped[RenditionProfile] = mapped_column(
        TextEnum(RenditionProfile), default=RenditionProfile.MP3_64
    )
    state: Mapped[RenditionState] = mapped_column(
        TextEnum(RenditionState), default=RenditionState.QUEUED
    )
    reason: Mapped[str | None] = mapped_column(String(60))  # code, when failed: "audio.no_sound"
    attempts: Mapped[int] = mapped_column(default=0)
    lease: Mapped[str | None] = mapped_column(String(64))  # whose work it is now
    lease_until: Mapped[datetime | None]  # also: not before, while queued for another try

    object_key: Mapped[str | None] = mapped_column(String(200))
    sha256: Mapped[str | None] = mapped_column(String(64))
    bytes: Mapped[int | None]
    content_type: Mapped[str | None] = mapped_column(String(60))
    duration_ms: Mapped[int | None]
    loudness_lufs: Mapped[float | None]  # integrated, of the finished file
    true_peak_dbtp: Mapped[float | None]  # of the finished file
    peaks: Mapped[list[Any] | None]  # waveform: highest sample of each stretch, 0–100
    finished_at: Mapped[datetime | None]


class BroadcastEvent(Identified, Base):
    """Who did what to a broadcast; the history is shown from these rows alone."""

    __tablename__ = "broadcast_event"
    __table_args__ = (Index("ix_broadcast_event_broadcast_id", "broadcast_id", "at"),)

    broadcast_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("broadcast.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    actor_id: Mapped[uuid.UUID | None]  # None: the system
    move: Mapped[str] = mapped_column(String(40))
    from_state: Mapped[BroadcastState | None] = mapped_column(TextEnum(BroadcastState))
    to_state: Mapped[BroadcastState] = mapped_column(TextEnum(BroadcastState))
    revision: Mapped[int]
    note: Mapped[str] = mapped_column(String(500), default="")
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)  # sha256 heard, overridden rule


searchable(BroadcastWords.metadata.tables[BroadcastWords.__tablename__])
