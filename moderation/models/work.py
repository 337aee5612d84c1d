"""What people do to a case beside moving it: replies, evidence, the public version, looking at an identity."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.core import clock
from backend.core.db import Base, Identified, TextEnum, Timestamped


class ReplyKind(enum.StrEnum):
    """Which words these are."""

    REPLY = "reply"  # on the way
    QUESTION = "question"
    OUTCOME = "outcome"  # the answer that ends the case
    REJECTION = "rejection"
    DIVERSION = "diversion"  # where a complaint or denunciation goes, and how long that takes


class CloseReason(enum.StrEnum):
    """Why a case ended without being handled."""

    SPAM = "spam"
    ABUSE = "abuse"
    DUPLICATE = "duplicate"


class EvidenceRole(enum.StrEnum):
    """What a file shows."""

    BEFORE = "before"
    AFTER = "after"
    DOCUMENT = "document"


class Reply(Identified, Base):
    """Words an official wrote to the resident; the resident reads them as a message of the feedback."""

    __tablename__ = "reply"
    __table_args__ = (Index("ix_reply_case_id", "case_id", "created_at", "id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("moderation_case.id"))
    kind: Mapped[ReplyKind] = mapped_column(TextEnum(ReplyKind))
    text: Mapped[str] = mapped_column(Text)
    public: Mapped[bool] = mapped_column(default=False)  # meant for publication, once published
    author_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    message_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("feedback_message.id"), index=True
    )
    template: Mapped[dict[str, Any] | None]  # snapshot of the ReplyTemplate it was written from
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Evidence(Identified, Base):
    """A clean photo or document that shows what was done."""

    __tablename__ = "evidence"
    __table_args__ = (UniqueConstraint("case_id", "upload_id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("moderation_case.id"))
    upload_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("upload.id"), index=True)
    role: Mapped[EvidenceRole] = mapped_column(TextEnum(EvidenceRole), default=EvidenceRole.AFTER)
    added_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class PublicationDraft(Timestamped, Base):
    """The public version as somebody prepared and saw it; the original stays untouched in ``feedback``."""

    __tablename__ = "publication_draft"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("moderation_case.id"), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    masked_text: Mapped[str] = mapped_column(Text)
    reply: Mapped[str] = mapped_column(Text)
    place_text: Mapped[str | None] = mapped_column(String(300))
    attachment_ids: Mapped[list[str]] = mapped_column(default=list)  # uploads shown to everybody
    spans: Mapped[list[dict[str, Any]]] = mapped_column(
        default=list  # [{start, end, kind, detector}] found in the original when it was drafted
    )
    drafted_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    fingerprint: Mapped[str] = mapped_column(String(64))  # of the reply and proof it was made for


class IdentityAccess(Identified, Base):
    """Somebody looked at who a reporter is, and said why; listed for the leader."""

    __tablename__ = "identity_access"
    __table_args__ = (
        Index("ix_identity_access_unit_id", "unit_id", "at", "id"),
        Index("ix_identity_access_case_id", "case_id", "at"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("moderation_case.id"))
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("admin_unit.id"))
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    reason: Mapped[str] = mapped_column(String(500))
    at: Mapped[datetime] = mapped_column(default=clock.now)
