"""What happens in the feedback room."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from backend.core.events import Event


@dataclass(frozen=True, slots=True)
class FeedbackSubmitted(Event):
    """A resident, or somebody for them, sent feedback to the unit."""

    feedback_id: uuid.UUID
    unit_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class ResidentAnswered(Event):
    """The resident answered the officials' question; ``message_id`` is the answer."""

    feedback_id: uuid.UUID
    message_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class FeedbackWithdrawn(Event):
    """The resident took the feedback back."""

    feedback_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class PhotosAdded(Event):
    """The resident sent further photos for feedback that is already here."""

    feedback_id: uuid.UUID
    upload_ids: tuple[uuid.UUID, ...]


@dataclass(frozen=True, slots=True)
class ContactErased(Event):
    """Name, telephone number and account were removed from feedback, at the resident's wish."""

    feedback_id: uuid.UUID
