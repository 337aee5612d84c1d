"""What the broadcasts room does when something happens elsewhere."""

from __future__ import annotations

from sqlalchemy.orm import Session

from backend.broadcasts.renditions import stop_waiting
from backend.uploads.events import UploadFinished
from backend.uploads.models import Purpose


def on_upload_finished(session: Session, event: UploadFinished) -> None:
    """A recording is clean, or was refused: a rendition may be waiting for just that."""
    if event.purpose in {Purpose.AUDIO, Purpose.VOICE}:
        stop_waiting(session, event.upload_id)
