"""What the work list can be narrowed to, and its orders."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from uuid import UUID

from moderation.models import OPEN_STATES, CaseState, FeedbackCategory, LegalType, Urgency


class View(enum.StrEnum):
    """Which part of the work somebody wants to see. Finished cases are in ``closed`` only."""

    ALL = "all"
    MINE = "mine"
    DEPARTMENT = "department"
    UNASSIGNED = "unassigned"
    OVERDUE = "overdue"
    DUE_SOON = "due_soon"
    CLOSED = "closed"


class Sort(enum.StrEnum):
    """Order of the work list; finished cases always come newest first."""

    DUE = "due"
    NEWEST = "-created"
    URGENCY = "urgency"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the list is narrowed to; None leaves a criterion out."""

    view: View = View.ALL
    state: CaseState | None = None
    category: FeedbackCategory | None = None
    urgency: Urgency | None = None
    legal_type: LegalType | None = None
    department: UUID | None = None
    assignee: UUID | None = None
    commune: str | None = None
    q: str | None = None

    @property
    def finished(self) -> bool:
        """True when cases that left the queue are asked for."""
        return self.view is View.CLOSED or (
            self.state is not None and self.state not in OPEN_STATES
        )
