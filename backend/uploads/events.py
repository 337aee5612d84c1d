"""What happens in the uploads room."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from backend.core.events import Event


@dataclass(frozen=True, slots=True)
class UploadFinished(Event):
    """The worker has looked at a file: ``state`` is "clean" or "rejected"."""

    upload_id: uuid.UUID
    purpose: str
    state: str
