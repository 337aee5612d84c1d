"""What is handed to a channel, and what comes back: plain values, so that sending needs no database."""

from __future__ import annotations

import enum
import uuid
from dataclasses import dataclass
from datetime import datetime

from notifications.models import Channel


@dataclass(frozen=True, slots=True)
class Parcel:
    """Everything needed to send one delivery, with no database at hand."""

    delivery_id: uuid.UUID
    channel: Channel
    host: str
    attempts: int
    expires_at: datetime
    leased_until: datetime
    urgent: bool
    subscription_id: uuid.UUID | None = None
    one_time_code_id: uuid.UUID | None = None
    address: str = ""
    keys: str = ""
    title: str = ""
    body: str = ""
    link: str = ""
    tag: str = ""
    language: str = "vi"


class Outcome(enum.Enum):
    """What a channel learned from one attempt."""

    SENT = "sent"
    GONE = "gone"  # this registration will never work again
    REFUSED = "refused"  # this delivery will never work, another might
    LATER = "later"  # try again


@dataclass(frozen=True, slots=True)
class Result:
    """Outcome, a short stable reason, and when the other side asked us to come back."""

    outcome: Outcome
    reason: str | None = None
    retry_at: datetime | None = None


SENT = Result(Outcome.SENT)
