"""What each move of the workflow does to the row, and what it tells the house."""

from __future__ import annotations

from uuid import UUID

from backend.broadcasts.events import (
    BroadcastApproved,
    BroadcastFailed,
    BroadcastPublished,
    BroadcastReturned,
    BroadcastSubmitted,
    BroadcastWithdrawn,
)
from backend.broadcasts.models import Broadcast
from backend.broadcasts.workflow import Asked, Move
from backend.core import clock
from backend.core.events import Event

AREA = "broadcasts"  # of public content


def carry_out(broadcast: Broadcast, row: Move, person: UUID | None, asked: Asked) -> None:
    """Set the columns that go with a move (state and history are the service's)."""
    now = clock.now()
    match row.name:
        case "submit":
            broadcast.submitted_at = now
        case "approve":
            broadcast.approved_at, broadcast.approved_by_id = now, person
        case "schedule":
            broadcast.scheduled_at = asked.scheduled_at
        case "unschedule":
            broadcast.scheduled_at = None
        case "publish":
            broadcast.aired_at = now
            if broadcast.approved_at is None:
                broadcast.approved_at, broadcast.approved_by_id = now, person
        case "revise" | "return":
            broadcast.approved_at = broadcast.approved_by_id = broadcast.approved_sha256 = None
        case "archive" | "withdraw" | "cancel":
            broadcast.ended_at = now


def events_of(broadcast: Broadcast, row: Move) -> list[Event]:
    """What others may care about; empty for moves inside the station."""
    ids = (broadcast.id, broadcast.unit_id)
    author = broadcast.author_id
    events: dict[str, Event] = {
        "submit": BroadcastSubmitted(*ids),
        "return": BroadcastReturned(*ids, author),
        "approve": BroadcastApproved(*ids, author),
        "publish": BroadcastPublished(*ids),
        "withdraw": BroadcastWithdrawn(*ids),
        "fail": BroadcastFailed(*ids, author, broadcast.state_reason),
    }
    return [events[row.name]] if row.name in events else []
