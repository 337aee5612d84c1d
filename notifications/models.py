"""Tables of the notifications room: who wants to hear, what is to be said, and each attempt to say it.

A deed writes one ``Message`` in its own transaction, however many people it concerns. A worker turns it into
inbox items and deliveries; another worker takes deliveries by lease and sends them.
"""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.core import clock
from backend.core.db import Base, Identified, TextEnum, Timestamped


class SubscriptionKind(enum.StrEnum):
    """How a device is reached."""

    WEBPUSH = "webpush"
    FCM = "fcm"


class Topic(enum.StrEnum):
    """What somebody wants to hear about."""

    ARTICLES = "articles"
    BROADCASTS = "broadcasts"
    FEEDBACK = "feedback"
    EMERGENCY = "emergency"


class Channel(enum.StrEnum):
    """The way a delivery leaves the house."""

    WEBPUSH = "webpush"
    FCM = "fcm"
    SMS = "sms"


class MessageState(enum.StrEnum):
    """How far a message has been turned into deliveries."""

    PENDING = "pending"
    FANNED_OUT = "fanned_out"
    PARKED = "parked"  # could not be handed out; somebody has to look


class DeliveryState(enum.StrEnum):
    """Life of one delivery. Everything but queued and leased is final."""

    QUEUED = "queued"
    LEASED = "leased"
    SENT = "sent"
    DROPPED = "dropped"  # the registration is dead, and was removed
    FAILED = "failed"  # refused for good
    EXPIRED = "expired"  # the time in which it was worth saying is over


class Subscription(Identified, Timestamped, Base):
    """A device that wants to be told: of a resident, of a member of staff, or of nobody known."""

    __tablename__ = "push_subscription"
    __table_args__ = (Index("ix_push_subscription_owner", "owner_kind", "owner_id"),)

    kind: Mapped[SubscriptionKind] = mapped_column(TextEnum(SubscriptionKind))
    owner_kind: Mapped[str] = mapped_column(String(10))  # resident, staff, anonymous
    owner_id: Mapped[uuid.UUID | None]
    token_hash: Mapped[str] = mapped_column(String(64))  # of the secret that manages it
    address_hash: Mapped[str] = mapped_column(String(64), unique=True)  # of endpoint or FCM token
    address_sealed: Mapped[str] = mapped_column(Text)
    host: Mapped[str] = mapped_column(String(255))
    keys_sealed: Mapped[str | None] = mapped_column(Text)  # Web Push: p256dh and auth, RFC 8291
    language: Mapped[str] = mapped_column(String(8), default="vi")
    last_sent_at: Mapped[datetime | None]

    topics: Mapped[list[SubscriptionTopic]] = relationship(
        lazy="raise", cascade="all, delete-orphan", passive_deletes=True
    )
    feedback: Mapped[list[SubscriptionFeedback]] = relationship(
        lazy="raise", cascade="all, delete-orphan", passive_deletes=True
    )


class SubscriptionTopic(Base):
    """A topic of a commune that a device wants to hear about."""

    __tablename__ = "push_subscription_topic"
    __table_args__ = (
        Index("ix_push_subscription_topic_unit_id", "unit_id", "topic", "subscription_id"),
    )

    subscription_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("push_subscription.id", ondelete="CASCADE"), primary_key=True
    )
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("admin_unit.id"), primary_key=True)
    topic: Mapped[Topic] = mapped_column(TextEnum(Topic), primary_key=True)


class SubscriptionFeedback(Base):
    """Feedback whose course a device follows; whoever added it showed the PIN."""

    __tablename__ = "push_subscription_feedback"

    subscription_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("push_subscription.id", ondelete="CASCADE"), primary_key=True
    )
    feedback_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("feedback.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Message(Identified, Base):
    """Something to be said, before it is known to whom exactly."""

    __tablename__ = "message"
    __table_args__ = (
        Index(
            "ix_message_pending",
            "urgent",
            "id",
            postgresql_where=text("state = 'pending'"),
            sqlite_where=text("state = 'pending'"),
        ),
        Index("ix_message_tag", "tag"),
    )

    kind: Mapped[str] = mapped_column(String(40))  # catalogue key: notifications.<kind>.title
    audience: Mapped[dict[str, Any]]  # see audience.py
    params: Mapped[dict[str, Any]]  # placeholders; a mapping of languages where words differ
    link: Mapped[str] = mapped_column(String(300))  # path within this house
    tag: Mapped[str] = mapped_column(String(100))  # a newer message of the same tag replaces it
    urgent: Mapped[bool] = mapped_column(default=False)  # no night rest, sent before others
    state: Mapped[MessageState] = mapped_column(
        TextEnum(MessageState), default=MessageState.PENDING
    )
    progress_unit_id: Mapped[uuid.UUID | None]  # whose followers are being gone through
    progress: Mapped[uuid.UUID | None]  # last recipient turned into a delivery
    failures: Mapped[int] = mapped_column(default=0)  # of handing it out; parked after a few
    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    expires_at: Mapped[datetime]


class Delivery(Identified, Base):
    """One message to one device: the outbox."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("message_id", "subscription_id"),
        Index(
            "ix_delivery_due",
            "urgent",
            "not_before",
            postgresql_where=text("state IN ('queued', 'leased')"),
            sqlite_where=text("state IN ('queued', 'leased')"),
        ),
        Index("ix_delivery_settled", "channel", "state", "settled_at"),
        Index("ix_delivery_settled_at", "settled_at"),
    )

    message_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("message.id"))
    channel: Mapped[Channel] = mapped_column(TextEnum(Channel))
    subscription_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("push_subscription.id", ondelete="SET NULL"), index=True
    )
    one_time_code_id: Mapped[uuid.UUID | None]  # text messages that carry a code
    host: Mapped[str] = mapped_column(String(255))
    urgent: Mapped[bool] = mapped_column(default=False)
    state: Mapped[DeliveryState] = mapped_column(
        TextEnum(DeliveryState), default=DeliveryState.QUEUED
    )
    not_before: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(String(200))
    settled_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class InboxItem(Identified, Base):
    """A message as a member of staff finds it in the console."""

    __tablename__ = "inbox_item"
    __table_args__ = (
        UniqueConstraint("staff_id", "message_id"),
        Index("ix_inbox_item_message_id", "message_id"),
        Index("ix_inbox_item_staff_id", "staff_id", "id"),
        Index(
            "ix_inbox_item_unread",
            "staff_id",
            postgresql_where=text("read_at IS NULL"),
            sqlite_where=text("read_at IS NULL"),
        ),
    )

    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    message_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    read_at: Mapped[datetime | None]  # or what it asks for was done: nobody has to read it

    message: Mapped[Message] = relationship(lazy="raise")


class HostPause(Base):
    """A push service that asked us to wait (Retry-After)."""

    __tablename__ = "host_pause"

    host: Mapped[str] = mapped_column(String(255), primary_key=True)
    until: Mapped[datetime]


class VapidKey(Base):
    """The key by which push services know us, made once: subscriptions die with it."""

    __tablename__ = "vapid_key"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    private_pem_sealed: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
