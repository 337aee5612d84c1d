"""What happened in the accounts room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from backend.core.events import Event


@dataclass(frozen=True, slots=True)
class OneTimeCodeRequested(Event):
    """Somebody wants a code sent; ``accounts.queries.code_to_send`` opens it for the sender."""

    code_id: UUID


@dataclass(frozen=True, slots=True)
class StaffLockedOut(Event):
    """So many wrong passwords for one name from one network that it must wait."""

    staff_id: UUID
    until: datetime


@dataclass(frozen=True, slots=True)
class ResidentErased(Event):
    """A resident asked to be forgotten; rooms above let go of whatever leads to them."""

    resident_id: UUID
    phone_index: str


@dataclass(frozen=True, slots=True)
class StaffDeactivated(Event):
    """A member of staff no longer works here; what was theirs to do needs somebody else."""

    staff_id: UUID
