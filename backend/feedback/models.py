"""Tables of the feedback room. ``TrackingView`` and ``PublicRecord`` are written by moderation."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.core import clock
from backend.core.db import Base, Identified, TextEnum, Timestamped
from backend.feedback.terms import (
    Channel,
    FeedbackCategory,
    FeedbackKind,
    Identity,
    LegalType,
    MessageKind,
    NextStep,
    Outcome,
    Policy,
    Sender,
    ShownState,
    TimelineStep,
)

__all__ = [
    "SETTLED",
    "SETTLED_UNFORGOTTEN",
    "Channel",
    "Feedback",
    "FeedbackAttachment",
    "FeedbackCategory",
    "FeedbackKind",
    "FeedbackMessage",
    "Identity",
    "LegalType",
    "MessageKind",
    "NextStep",
    "Outcome",
    "PinGuard",
    "Policy",
    "PublicRecord",
    "Sender",
    "ShownState",
    "TimelineStep",
    "TrackingView",
]


# When the matter is settled there is nothing left to withdraw; what follows another law follows its rules.
SETTLED = frozenset(
    {
        ShownState.RESOLVED,
        ShownState.REJECTED,
        ShownState.CLOSED,
        ShownState.MERGED,
        ShownState.DIVERTED,
        ShownState.WITHDRAWN,
    }
)
# The condition of an index: a query that is to use it says the same words.
SETTLED_UNFORGOTTEN = "forgotten_at IS NULL AND state IN ({})".format(
    ", ".join(f"'{state.value}'" for state in sorted(SETTLED))
)


class Feedback(Identified, Timestamped, Base):
    """What a resident sent, untouched, and how to reach them (sealed)."""

    __tablename__ = "feedback"
    __table_args__ = (
        CheckConstraint(
            "identity <> 'anonymous' OR (name_sealed IS NULL AND phone_sealed IS NULL"
            " AND phone_index IS NULL AND resident_id IS NULL)",
            name="anonymous_stores_nobody",
        ),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="position_whole"),
        Index("ix_feedback_resident_id", "resident_id", "created_at"),
        Index("ix_feedback_unit_id", "unit_id", "created_at"),
        Index("ix_feedback_subject", "subject_kind", "subject_id"),
    )

    tracking_code: Mapped[str] = mapped_column(String(12), unique=True)  # "GL-7K4M-92QX"
    sealed_pin: Mapped[str] = mapped_column(String(200))
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("admin_unit.id"))  # responsible now
    submitted_unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("admin_unit.id"), index=True)
    community_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("community.id"), index=True)
    kind: Mapped[FeedbackKind] = mapped_column(TextEnum(FeedbackKind))  # as the sender chose it
    category: Mapped[FeedbackCategory | None] = mapped_column(TextEnum(FeedbackCategory))
    policy: Mapped[Policy | None] = mapped_column(TextEnum(Policy))
    text: Mapped[str] = mapped_column(Text)
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    accuracy_m: Mapped[float | None]
    place_text: Mapped[str | None] = mapped_column(String(300))
    occurred_at: Mapped[datetime | None]
    subject_kind: Mapped[str | None] = mapped_column(String(40))  # "device", "broadcast" …: opaque
    subject_id: Mapped[str | None] = mapped_column(String(80))

    identity: Mapped[Identity] = mapped_column(TextEnum(Identity))
    name_sealed: Mapped[str | None] = mapped_column(Text)
    phone_sealed: Mapped[str | None] = mapped_column(Text)
    phone_index: Mapped[str | None] = mapped_column(String(64), index=True)
    resident_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("resident.id"))
    consent_version: Mapped[int]  # of the privacy notice
    language: Mapped[str] = mapped_column(String(10), default="vi")  # to write to the sender in
    filed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    channel: Mapped[Channel] = mapped_column(TextEnum(Channel))
    portal_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("portal_client.id"),
        index=True,  # which one handed it in; for audits only
    )
    withdrawn_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]  # contact data removed at the sender's wish


class FeedbackMessage(Identified, Base):
    """One message between the resident and the officials."""

    __tablename__ = "feedback_message"
    __table_args__ = (Index("ix_feedback_message_feedback_id", "feedback_id", "created_at"),)

    feedback_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("feedback.id"))
    sender: Mapped[Sender] = mapped_column(TextEnum(Sender))
    kind: Mapped[MessageKind] = mapped_column(TextEnum(MessageKind))
    text: Mapped[str] = mapped_column(Text)
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    answers_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("feedback_message.id"), index=True
    )
    answered_at: Mapped[datetime | None]  # of a question
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class FeedbackAttachment(Identified, Base):
    """A file of the feedback itself, or of one of its messages."""

    __tablename__ = "feedback_attachment"
    __table_args__ = (
        UniqueConstraint("upload_id"),
        Index("ix_feedback_attachment_feedback_id", "feedback_id", "position"),
    )

    feedback_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("feedback.id"))
    message_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("feedback_message.id"), index=True
    )
    upload_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("upload.id"))
    position: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class TrackingView(Base):
    """What the resident sees of the case: written by moderation through ``projection``."""

    __tablename__ = "tracking_view"
    __table_args__ = (
        # Lets a public record refer to feedback *of a confirmed type*: see PublicRecord.
        UniqueConstraint("feedback_id", "confirmed_legal_type"),
        # What was settled and is still to be forgotten: see ``jobs.tidy``.
        Index(
            "ix_tracking_view_settled",
            "updated_at",
            sqlite_where=text(SETTLED_UNFORGOTTEN),
            postgresql_where=text(SETTLED_UNFORGOTTEN),
        ),
    )

    feedback_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("feedback.id"), primary_key=True)
    state: Mapped[ShownState] = mapped_column(TextEnum(ShownState), default=ShownState.RECEIVED)
    next_step: Mapped[NextStep] = mapped_column(TextEnum(NextStep), default=NextStep.INTAKE)
    due_at: Mapped[datetime | None]
    is_overdue: Mapped[bool] = mapped_column(default=False)
    timeline: Mapped[list[dict[str, Any]]] = mapped_column(
        default=list  # [{"at": "2026-11-21T10:00:00Z", "step": "received"}], a TimelineStep
    )
    reason: Mapped[str | None] = mapped_column(Text)  # why rejected or closed; shown with the PIN
    legal_hint: Mapped[LegalType | None] = mapped_column(TextEnum(LegalType))  # a guess, for intake
    confirmed_legal_type: Mapped[LegalType | None] = mapped_column(TextEnum(LegalType))
    merged_into: Mapped[str | None] = mapped_column(String(12))  # tracking code
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)
    forgotten_at: Mapped[datetime | None]  # long settled, and leads to nobody any more


class PublicRecord(Identified, Base):
    """The outcome as everybody may read it: masked text, reply, proof.

    The database itself keeps complaints and denunciations out: a row can only refer to feedback whose type a
    person confirmed, the confirmed type must be ``ordinary``, and it cannot change while the row exists.
    """

    __tablename__ = "public_record"
    __table_args__ = (
        ForeignKeyConstraint(
            ["feedback_id", "legal_type"],
            ["tracking_view.feedback_id", "tracking_view.confirmed_legal_type"],
            name="fk_public_record_confirmed_legal_type",
        ),
        CheckConstraint("legal_type = 'ordinary'", name="only_ordinary_is_public"),
        UniqueConstraint("feedback_id"),
        Index("ix_public_record_unit_id", "unit_id", "published_at", "id"),
        Index("ix_public_record_unit_id_category", "unit_id", "category", "published_at", "id"),
        Index("ix_public_record_unit_id_kind", "unit_id", "kind", "published_at", "id"),
        Index("ix_public_record_unit_id_outcome", "unit_id", "outcome", "published_at", "id"),
        Index("ix_public_record_province_id", "province_id", "published_at", "id"),
    )

    feedback_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("feedback.id"))
    legal_type: Mapped[LegalType] = mapped_column(TextEnum(LegalType))
    legal_confirmed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    legal_confirmed_at: Mapped[datetime]
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("admin_unit.id"))
    province_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("admin_unit.id")  # of a commune's; a province's own has none
    )
    kind: Mapped[FeedbackKind] = mapped_column(TextEnum(FeedbackKind))
    category: Mapped[FeedbackCategory] = mapped_column(TextEnum(FeedbackCategory))
    title: Mapped[str] = mapped_column(String(200))
    masked_text: Mapped[str] = mapped_column(Text)
    outcome: Mapped[Outcome] = mapped_column(TextEnum(Outcome))
    reply: Mapped[str] = mapped_column(Text)
    planned_on: Mapped[date | None]
    other_body: Mapped[str | None] = mapped_column(String(200))
    place_text: Mapped[str | None] = mapped_column(String(300))
    submitted_on: Mapped[date]  # day in Vietnam
    handled_days: Mapped[int | None]  # working days
    photos: Mapped[list[dict[str, Any]]] = mapped_column(default=list)  # see projection.publish
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    satisfaction: Mapped[str | None] = mapped_column(String(20))
    published_at: Mapped[datetime]
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)


class PinGuard(Base):
    """Wrong PINs, counted for one tracking code or one network; rows, so that it holds across processes."""

    __tablename__ = "pin_guard"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)  # "code:GL-…" or "net:<digest>"
    failures: Mapped[int] = mapped_column(default=0)  # within the window
    locks: Mapped[int] = mapped_column(default=0)  # so far; each lasts twice as long
    window_started_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    locked_until: Mapped[datetime | None]
