"""Reactions of the uploads room to what happens elsewhere."""

from __future__ import annotations

from sqlalchemy.orm import Session

from backend.accounts.events import ResidentErased
from backend.uploads import disposal


def forget_resident(session: Session, event: ResidentErased) -> None:
    """A resident asked to be forgotten: no file leads to them any more."""
    disposal.forget_owner(session, event.resident_id)
