"""Reactions of the feedback room to what happens elsewhere."""

from __future__ import annotations

from sqlalchemy.orm import Session

from backend.accounts.events import ResidentErased
from backend.feedback import service


def erase_resident(session: Session, event: ResidentErased) -> None:
    """A resident asked to be forgotten: nothing in their feedback leads to them any more."""
    service.erase_resident(session, event.resident_id)
