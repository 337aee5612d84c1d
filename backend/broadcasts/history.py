"""The history of a broadcast: one row for everything that anybody did to it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.broadcasts.models import Broadcast, BroadcastEvent, BroadcastState
from backend.core import clock


def log(
    session: Session,
    broadcast: Broadcast,
    person: UUID | None,
    move: str,
    source: BroadcastState | None,
    note: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Note what happened; the history is shown from these rows alone."""
    session.add(
        BroadcastEvent(
            broadcast_id=broadcast.id,
            at=clock.now(),
            actor_id=person,
            move=move,
            from_state=source,
            to_state=broadcast.state,
            revision=broadcast.revision,
            note=note[:500],
            detail=detail or {},
        )
    )
