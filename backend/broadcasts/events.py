"""What happens in the broadcasts room that others may care about."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from backend.core.events import Event


@dataclass(frozen=True, slots=True)
class BroadcastSubmitted(Event):
    """Waits for somebody to listen and approve."""

    broadcast_id: UUID
    unit_id: UUID


@dataclass(frozen=True, slots=True)
class BroadcastReturned(Event):
    """Goes back to its author, with a reason."""

    broadcast_id: UUID
    unit_id: UUID
    author_id: UUID | None


@dataclass(frozen=True, slots=True)
class BroadcastApproved(Event):
    """May air."""

    broadcast_id: UUID
    unit_id: UUID
    author_id: UUID | None


@dataclass(frozen=True, slots=True)
class BroadcastPublished(Event):
    """Aired: residents may hear it from now on."""

    broadcast_id: UUID
    unit_id: UUID


@dataclass(frozen=True, slots=True)
class BroadcastWithdrawn(Event):
    """Was public and is no more."""

    broadcast_id: UUID
    unit_id: UUID


@dataclass(frozen=True, slots=True)
class BroadcastFailed(Event):
    """Could not be made or could not air; ``reason`` is a stable code."""

    broadcast_id: UUID
    unit_id: UUID
    author_id: UUID | None
    reason: str
