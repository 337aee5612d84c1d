"""Which members of a body each move reads."""

from __future__ import annotations

from moderation.workflow import Move

# The members that each move reads; anything else is refused, so that nobody believes it was stored.
MEMBERS: dict[Move, frozenset[str]] = {
    Move.CLASSIFY: frozenset({"category", "kind", "urgency", "complex"}),
    Move.CONFIRM_LEGAL: frozenset({"legal_type", "note"}),
    Move.ASSIGN: frozenset({"department_id", "staff_id", "note"}),
    Move.START: frozenset(),
    Move.ASK: frozenset({"text"}),
    Move.REPLY: frozenset({"text", "public"}),
    Move.RESOLVE: frozenset(
        {"outcome", "reply", "planned_on", "other_body", "evidence_upload_ids"}
    ),
    Move.APPROVE: frozenset({"override_reason"}),
    Move.RETURN: frozenset({"reason"}),
    Move.REJECT: frozenset({"reason", "reply"}),
    Move.CLOSE: frozenset({"reason", "note"}),
    Move.DIVERT: frozenset(),
    Move.TRANSFER: frozenset({"unit_code", "department_id", "reason"}),
    Move.MERGE: frozenset({"into"}),
    Move.REOPEN: frozenset({"reason"}),
    Move.PUBLISH: frozenset(),
    Move.UNPUBLISH: frozenset({"reason"}),
}
