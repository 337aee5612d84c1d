"""Tables of the uploads room."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.db import Base, Identified, TextEnum, Timestamped


class Purpose(enum.StrEnum):
    """What a file is for; decides which types and sizes are accepted."""

    PHOTO = "photo"
    AUDIO = "audio"  # a programme
    VOICE = "voice"  # a spoken note of a resident
    DOCUMENT = "document"


class UploadState(enum.StrEnum):
    """Where a file is on its way. Only a clean one is ever served."""

    RECEIVING = "receiving"
    RECEIVED = "received"  # all bytes are here; the worker has it next
    PROCESSING = "processing"
    CLEAN = "clean"
    REJECTED = "rejected"


class RejectReason(enum.StrEnum):
    """Why a file was refused; the text for people is ``uploads.reason.<value>``."""

    EMPTY = "empty"
    TYPE_NOT_ALLOWED = "type_not_allowed"
    DAMAGED = "damaged"
    TOO_MANY_PIXELS = "too_many_pixels"
    HIDDEN_CONTENT = "hidden_content"  # a second file inside: archive, script, PDF
    ACTIVE_CONTENT = "active_content"  # a PDF that runs something
    ENCRYPTED = "encrypted"
    TOO_COSTLY = "too_costly"  # time or memory ran out while it was read
    UNFINISHED = "unfinished"  # the sender never sent the rest
    FAILED = "failed"  # our side could not process it after several tries


class OwnerKind(enum.StrEnum):
    """Who may go on with an upload. Without an account, whoever knows the id."""

    ANONYMOUS = "anonymous"
    RESIDENT = "resident"
    STAFF = "staff"


class Upload(Timestamped, Base):
    """One file, from its first byte to its cleaned forms."""

    __tablename__ = "upload"
    __table_args__ = (
        CheckConstraint(
            "length >= 0 AND offset_bytes BETWEEN 0 AND length", name="offset_in_length"
        ),
        CheckConstraint("public_key IS NULL OR state = 'clean'", name="only_clean_is_public"),
        Index("ix_upload_subject", "subject_kind", "subject_id"),
        Index("ix_upload_state_updated_at", "state", "updated_at"),
        Index("ix_upload_expires_at", "expires_at"),
        Index("ix_upload_owner", "owner_kind", "owner_id"),
        # How many bytes belong to nothing is summed for every new upload; from this index alone.
        Index(
            "ix_upload_loose",
            "subject_id",
            "offset_bytes",
            sqlite_where=text("subject_id IS NULL"),
            postgresql_where=text("subject_id IS NULL"),
        ),
    )

    # The id is a capability: 122 random bits, no time in it.
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    purpose: Mapped[Purpose] = mapped_column(TextEnum(Purpose))
    state: Mapped[UploadState] = mapped_column(TextEnum(UploadState), default=UploadState.RECEIVING)
    reason: Mapped[RejectReason | None] = mapped_column(TextEnum(RejectReason))
    owner_kind: Mapped[OwnerKind] = mapped_column(TextEnum(OwnerKind))
    owner_id: Mapped[uuid.UUID | None]
    filename: Mapped[str | None] = mapped_column(String(200))  # as the sender named it, cleaned
    declared_type: Mapped[str | None] = mapped_column(String(100))  # never believed
    length: Mapped[int] = mapped_column(BigInteger)  # bytes announced
    offset: Mapped[int] = mapped_column("offset_bytes", BigInteger, default=0)  # bytes stored
    expires_at: Mapped[datetime]  # of an unfinished upload, later of one that nothing refers to

    # What it belongs to ("feedback", "article", "case" … and its id); set once.
    subject_kind: Mapped[str | None] = mapped_column(String(40))
    subject_id: Mapped[uuid.UUID | None]

    # The worker's lease.
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)

    # What the worker found. ``object_key`` is the whole file (audio, voice, document); a photo's
    # original is not kept, because it may carry its position.
    content_type: Mapped[str | None] = mapped_column(String(100))
    sha256: Mapped[str | None] = mapped_column(String(64))  # of the bytes received
    object_key: Mapped[str | None] = mapped_column(String(200))
    renditions: Mapped[list[dict[str, Any]]] = mapped_column(
        default=list  # [{variant, format, width, height, bytes, content_type, key, sha256}]
    )

    # Set while the owner feature shows it to everybody; part of the address.
    public_key: Mapped[str | None] = mapped_column(String(40), unique=True)


class UploadChunk(Identified, Base):
    """A stretch of bytes that is safely stored as an object of its own."""

    __tablename__ = "upload_chunk"
    __table_args__ = (UniqueConstraint("upload_id", "start"),)

    upload_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("upload.id", ondelete="CASCADE"))
    start: Mapped[int] = mapped_column(BigInteger)
    size: Mapped[int] = mapped_column(BigInteger)
    object_key: Mapped[str] = mapped_column(String(200))


class LeftoverObject(Base):
    """An object that nothing refers to, or that a crash may have left; the worker deletes it when due."""

    __tablename__ = "leftover_object"

    object_key: Mapped[str] = mapped_column(String(200), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(index=True)
