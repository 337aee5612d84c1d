"""What happened in the places room."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from backend.core.events import Event


@dataclass(frozen=True, slots=True)
class CalendarChanged(Event):
    """Working hours or days changed for a unit, or (None) for the whole country: running clocks recount."""

    unit_id: UUID | None
