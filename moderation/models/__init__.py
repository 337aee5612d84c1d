"""Tables of the moderation room: the case and its history, what is done to it, and the rules it follows."""

from backend.feedback.models import FeedbackCategory, FeedbackKind, LegalType, Outcome
from backend.feedback.models import ShownState as CaseState
from moderation.models.case import (
    OPEN_STATES,
    CalendarRecount,
    Case,
    CaseEvent,
    ClockEntry,
    ClockMove,
    EventType,
    Stage,
    Urgency,
)
from moderation.models.rules import DeadlinePolicy, ReplyTemplate, RoutingRule, RoutingRuleVersion
from moderation.models.transparency import (
    TransparencyAudit,
    TransparencyHead,
    TransparencyKey,
    TransparencyLeaf,
    TransparencyLog,
    TransparencyNode,
    TransparencyWaiting,
)
from moderation.models.work import (
    CloseReason,
    Evidence,
    EvidenceRole,
    IdentityAccess,
    PublicationDraft,
    Reply,
    ReplyKind,
)

__all__ = [
    "OPEN_STATES",
    "CalendarRecount",
    "Case",
    "CaseEvent",
    "CaseState",
    "ClockEntry",
    "ClockMove",
    "CloseReason",
    "DeadlinePolicy",
    "EventType",
    "Evidence",
    "EvidenceRole",
    "FeedbackCategory",
    "FeedbackKind",
    "IdentityAccess",
    "LegalType",
    "Outcome",
    "PublicationDraft",
    "Reply",
    "ReplyKind",
    "ReplyTemplate",
    "RoutingRule",
    "RoutingRuleVersion",
    "Stage",
    "TransparencyAudit",
    "TransparencyHead",
    "TransparencyKey",
    "TransparencyLeaf",
    "TransparencyLog",
    "TransparencyNode",
    "TransparencyWaiting",
    "Urgency",
]
