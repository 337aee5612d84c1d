"""What happens in the moderation room."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from backend.core.events import Event


@dataclass(frozen=True, slots=True)
class CaseOpened(Event):
    """Feedback became a case; ``urgency`` decides whether anybody is woken."""

    case_id: uuid.UUID
    unit_id: uuid.UUID
    department_id: uuid.UUID | None
    urgency: str
    restricted: bool  # perhaps a complaint or denunciation: tell intake and leaders only


@dataclass(frozen=True, slots=True)
class CaseAssigned(Event):
    """A department, and perhaps one person in it, has the case now."""

    case_id: uuid.UUID
    staff_id: uuid.UUID | None
    department_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class CaseStateChanged(Event):
    """The state moved; values as in ``CaseState``."""

    case_id: uuid.UUID
    feedback_id: uuid.UUID
    from_state: str
    to_state: str
    actor_id: uuid.UUID | None  # staff; None for residents and the house itself


@dataclass(frozen=True, slots=True)
class CaseReplied(Event):
    """An official wrote to the resident; ``message_id`` is the message of the feedback's thread."""

    case_id: uuid.UUID
    feedback_id: uuid.UUID
    message_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class CaseQuestionAsked(Event):
    """An official asked the resident something; the clock is stopped until the answer."""

    case_id: uuid.UUID
    feedback_id: uuid.UUID
    message_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class CaseAnswered(Event):
    """The resident answered; whoever has the case goes on."""

    case_id: uuid.UUID
    feedback_id: uuid.UUID
    assignee_id: uuid.UUID | None
    department_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class CaseWarned(Event):
    """Part of a stage's time has passed: ``level`` is 50 or 80 (percent)."""

    case_id: uuid.UUID
    stage: str
    level: int


@dataclass(frozen=True, slots=True)
class CaseOverdue(Event):
    """A stage's time is over: ``level`` 100 tells the leader, 150 the province."""

    case_id: uuid.UUID
    stage: str
    level: int


@dataclass(frozen=True, slots=True)
class OutcomePublished(Event):
    """The outcome is public."""

    case_id: uuid.UUID
    feedback_id: uuid.UUID
    unit_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class OutcomeUnpublished(Event):
    """The outcome is not public any more."""

    case_id: uuid.UUID
    feedback_id: uuid.UUID
    unit_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class RoutingRuleFailed(Event):
    """A version of a rule could not be followed for the first time; the case went to the front desk instead."""

    rule_id: uuid.UUID
    version: int
    name: str
    unit_id: uuid.UUID | None  # whose rule it is; None: the whole country's
    case_id: uuid.UUID
